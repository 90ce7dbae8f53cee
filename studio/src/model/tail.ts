import { Seen } from "../base/seen";
import { parseMillis } from "../base/time";
import type { Gap, Log } from "./api";

/** A line of the tail: a log record, or a place where records are known to be missing. */
export type Line =
  | { readonly type: "log"; readonly log: Log }
  | { readonly type: "gap"; readonly id: string; readonly reason: string };

/** Most lines kept while following; older ones go, and `trimmed` says so. */
export const FOLLOW_LINES = 20_000;
/** Most arrivals kept for a reader who holds the tail; beyond it they are counted and asked for again. */
export const HELD_LINES = 10_000;

/**
 * What the tail shows and what waits. While it is held nothing that is shown moves or disappears: arrivals
 * wait in `waiting` until the reader comes back to the end.
 */
export interface Tail {
  readonly lines: readonly Line[];
  readonly waiting: readonly Line[];
  readonly overflowed: number;
  readonly trimmed: boolean;
  readonly ids: Seen;
}

export const EMPTY_TAIL: Tail = { lines: [], waiting: [], overflowed: 0, trimmed: false, ids: Seen.none };

export const lineId = (line: Line): string => (line.type === "log" ? line.log.id : line.id);

function compareLogs(left: Log, right: Log): number {
  const between = left.time === right.time ? 0 : parseMillis(left.time) - parseMillis(right.time);
  if (between !== 0) return between;
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}

/** A tail of fetched records, oldest first. */
export function tailOf(logs: readonly Log[]): Tail {
  const sorted = logs.toSorted(compareLogs);
  return {
    ...EMPTY_TAIL,
    lines: sorted.map((log) => ({ type: "log", log })),
    ids: Seen.of(sorted.map((log) => log.id)),
  };
}

function unseen(tail: Tail, logs: readonly Log[]): { fresh: Line[]; ids: Seen } {
  const fresh = new Map(logs.filter((log) => !tail.ids.has(log.id)).map((log) => [log.id, log]));
  return { fresh: [...fresh.values()].map((log) => ({ type: "log", log })), ids: tail.ids.with([...fresh.keys()]) };
}

/** The tail with arrivals: shown at once while following, kept waiting while held. */
export function arrive(tail: Tail, logs: readonly Log[], following: boolean): Tail {
  const { fresh, ids } = unseen(tail, logs);
  return fresh.length === 0 ? tail : arriveLines({ ...tail, ids }, fresh, following);
}

function arriveLines(tail: Tail, fresh: readonly Line[], following: boolean): Tail {
  if (following) return trim({ ...tail, lines: [...tail.lines, ...fresh] });
  const waiting = [...tail.waiting, ...fresh];
  const over = Math.max(0, waiting.length - HELD_LINES);
  return { ...tail, waiting: over > 0 ? waiting.slice(over) : waiting, overflowed: tail.overflowed + over };
}

/**
 * The tail with what was read again from the server, put in its place by time. `complete` says that the
 * answer reaches back to the start; if it does not, and nothing in it is known, what lies between is missing.
 */
export function catchUp(tail: Tail, logs: readonly Log[], complete: boolean, following: boolean): Tail {
  const { fresh, ids } = unseen(tail, logs.toSorted(compareLogs));
  if (fresh.length === 0) return tail;
  if (tail.lines.length > 0 && !complete && fresh.length === logs.length) {
    const gap: Line = { type: "gap", id: `missed-${lineId(fresh[0] as Line)}`, reason: "more arrived than is read at once; a narrower filter shows it" };
    return arriveLines({ ...tail, ids }, [gap, ...fresh], following);
  }
  const all = (following ? tail.lines : tail.waiting).concat(fresh);
  const sorted = all.every((line) => line.type === "log") ? all.toSorted((left, right) => compareLogs(left.log, right.log)) : all;
  return following ? trim({ ...tail, lines: sorted, ids }) : { ...tail, waiting: sorted, ids };
}

function trim(tail: Tail): Tail {
  const over = tail.lines.length - FOLLOW_LINES;
  // Trimmed in strides: cutting one line per arrival would copy the list every frame.
  if (over < FOLLOW_LINES / 4) return tail;
  const lines = tail.lines.slice(over);
  return { ...tail, lines, trimmed: true, ids: Seen.of([...lines, ...tail.waiting].map(lineId)) };
}

/** The tail with everything that waited. */
export function release(tail: Tail): Tail {
  if (tail.waiting.length === 0) return tail;
  const lost: Line[] =
    tail.overflowed > 0
      ? [{ type: "gap", id: `held-${tail.ids.size}`, reason: `${tail.overflowed} records arrived while the tail was held and are not shown` }]
      : [];
  return trim({ ...tail, lines: [...tail.lines, ...lost, ...tail.waiting], waiting: [], overflowed: 0 });
}

/** The tail with older records above it. */
export function prepend(tail: Tail, logs: readonly Log[]): Tail {
  const { fresh, ids } = unseen(tail, logs.toSorted(compareLogs));
  return { ...tail, lines: [...fresh, ...tail.lines], ids };
}

const GAP_REASONS: Readonly<Record<string, string>> = {
  too_old: "this page was away for longer than a stream can resume",
  ahead: "the server's store was put back to an earlier state",
  other_store: "the server has another store than before",
  unknown_id: "the server does not know where this page stood",
};

/** The tail with a row that says what is missing. */
export function interrupt(tail: Tail, gap: Gap, following: boolean): Tail {
  const line: Line = { type: "gap", id: `gap-${gap.after}-${gap.next}`, reason: GAP_REASONS[gap.reason] ?? gap.reason };
  if (tail.ids.has(line.id)) return tail;
  const ids = tail.ids.with([line.id]);
  return following ? { ...tail, lines: [...tail.lines, line], ids } : { ...tail, waiting: [...tail.waiting, line], ids };
}

export interface Bin {
  readonly at: number;
  readonly total: number;
  readonly warn: number;
  readonly error: number;
}

/** How many lines fell into each of `count` equal stretches of time, by level. */
export function volumeOf(times: readonly { readonly ms: number; readonly level: string | null }[], count: number): Bin[] {
  const first = times[0]?.ms;
  const last = times.at(-1)?.ms;
  if (first === undefined || last === undefined) return [];
  const from = Math.min(first, last);
  const width = Math.max(1, Math.abs(last - first) + 1) / count;
  const bins = Array.from({ length: count }, (_, index) => ({ at: from + index * width, total: 0, warn: 0, error: 0 }));
  for (const { ms, level } of times) {
    const bin = bins[Math.min(count - 1, Math.max(0, Math.floor((ms - from) / width)))];
    if (!bin) continue;
    bin.total += 1;
    if (level === "warn") bin.warn += 1;
    if (level === "error" || level === "fatal") bin.error += 1;
  }
  return bins;
}
