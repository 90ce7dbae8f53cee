/** The lanes of a session's overview: who was there, which agents ran, which tools they called, what failed. */
import type { Happening } from "./session-timeline";

export interface Bar {
  readonly from: number;
  /** Null while it goes on. */
  readonly to: number | null;
  readonly isError: boolean;
  /** Which of the rows of its lane it stands in, so that no two of a row overlap. */
  readonly row: number;
}

export interface Lane {
  readonly name: "In the room" | "Agents" | "Tools";
  readonly bars: readonly Bar[];
  readonly rows: number;
}

/** More rows than this would be too thin to see: what overlaps further is drawn over the last. */
export const MOST_ROWS = 4;

type Unplaced = Omit<Bar, "row">;

/** Bars in as few rows as keep them apart. */
export function pack(bars: readonly Unplaced[], name: Lane["name"]): Lane {
  const ends: number[] = [];
  const placed = bars.toSorted((left, right) => left.from - right.from).map((bar) => {
    const free = ends.findIndex((end) => end <= bar.from);
    const row = free !== -1 ? free : Math.min(ends.length, MOST_ROWS - 1);
    ends[row] = Math.max(ends[row] ?? Number.NEGATIVE_INFINITY, bar.to ?? Number.POSITIVE_INFINITY);
    return { ...bar, row };
  });
  return { name, bars: placed, rows: Math.max(1, ends.length) };
}

function idOf(data: unknown): string {
  const { id, name } = (typeof data === "object" && data !== null ? data : {}) as { readonly id?: unknown; readonly name?: unknown };
  return String(id ?? name ?? "");
}

/** From each join to its leave; whoever left without a word was there until the session ended. */
function stays(list: readonly Happening[], end: number | null): Unplaced[] {
  const since = new Map<string, number>();
  const found: Unplaced[] = [];
  for (const { at, moment } of list) {
    if (moment.type !== "event") continue;
    const who = idOf(moment.data);
    if (moment.name === "participant.joined") since.set(who, since.get(who) ?? at);
    else if (moment.name === "participant.left" && since.has(who)) {
      found.push({ from: since.get(who) as number, to: at, isError: false });
      since.delete(who);
    }
  }
  return [...found, ...[...since.values()].map((from) => ({ from, to: end, isError: false }))];
}

/** `end` is when the session ended, null while it goes on. */
export function lanesOf(list: readonly Happening[], end: number | null): { readonly lanes: readonly Lane[]; readonly errors: readonly number[] } {
  const runs = list.flatMap(({ at, end: to, moment }) => (moment.type === "run.started" ? [{ from: at, to, isError: moment.run?.status === "error" }] : []));
  const steps = list.flatMap(({ at, end: to, isError, moment }) => (moment.type === "step" ? [{ from: at, to, isError }] : []));
  return {
    lanes: [pack(stays(list, end), "In the room"), pack(runs, "Agents"), pack(steps, "Tools")],
    errors: list.flatMap(({ at, isError }) => (isError ? [at] : [])),
  };
}
