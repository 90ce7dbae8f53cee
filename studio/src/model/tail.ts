import { Seen } from "../base/seen";
import { parseMillis } from "../base/time";
import type { Gap, Log } from "./api";

/** A line of the tail: a log record, or a place where records are known to be missing. */
export type Line =
  | { readonly type: "log"; readonly log: Log; /** Its time, in ms since 1970. */ readonly ms: number }
  | { readonly type: "gap"; readonly id: string; readonly reason: string; readonly missed: number | null };

/** Most lines kept while following; older ones go, and `trimmed` says so. */
export const FOLLOW_LINES = 20_000;
/** How many of the newest lines may change places with what arrives late. */
const UNSETTLED_LINES = 100;
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

export const lineOf = (log: Log): Line => ({ type: "log", log, ms: parseMillis(log.time) });

export const lineId = (line: Line): string => (line.type === "log" ? line.log.id : line.id);

function compareLogs(left: Log, right: Log): number {
  if (left.time !== right.time) {
    // The server writes all times alike, in UTC, and text is compared a hundred times faster than read.
    const alike = left.time.length === right.time.length && left.time.endsWith("Z") && right.time.endsWith("Z");
    const between = alike ? (left.time < right.time ? -1 : 1) : parseMillis(left.time) - parseMillis(right.time);
    if (between !== 0) return between;
  }
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}

/** A tail of fetched records, oldest first. */
export function tailOf(logs: readonly Log[]): Tail {
  const sorted = logs.toSorted(compareLogs);
  return {
    ...EMPTY_TAIL,
    lines: sorted.map(lineOf),
    ids: Seen.of(sorted.map((log) => log.id)),
  };
}

function unseen(tail: Tail, logs: readonly Log[]): { fresh: Line[]; ids: Seen } {
  const fresh = new Map(logs.filter((log) => !tail.ids.has(log.id)).map((log) => [log.id, log]));
  return { fresh: [...fresh.values()].map(lineOf), ids: tail.ids.with([...fresh.keys()]) };
}

/** The tail with arrivals: shown at once while following, kept waiting while held. */
export function arrive(tail: Tail, logs: readonly Log[], following: boolean): Tail {
  const { fresh, ids } = unseen(tail, logs);
  return fresh.length === 0 ? tail : arriveLines({ ...tail, ids }, fresh, following);
}

/**
 * The lines with what arrived behind them. Several senders are heard a little out of turn, so that the newest
 * lines are put in order of time; whatever stands further up stays where it was read.
 */
function settled(lines: readonly Line[], fresh: readonly Line[]): Line[] {
  const kept = Math.max(0, lines.length - UNSETTLED_LINES);
  const newest = lines.slice(kept).concat(fresh);
  const lastGap = newest.findLastIndex((line) => line.type === "gap");
  const [before, after] = [newest.slice(0, lastGap + 1), newest.slice(lastGap + 1)];
  const sorted = after.toSorted((left, right) => (left.type === "log" && right.type === "log" ? compareLogs(left.log, right.log) : 0));
  return [...lines.slice(0, kept), ...before, ...sorted];
}

function arriveLines(tail: Tail, fresh: readonly Line[], following: boolean): Tail {
  if (following) return trim({ ...tail, lines: settled(tail.lines, fresh) });
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
    const gap: Line = { type: "gap", id: `missed-${lineId(fresh[0] as Line)}`, missed: null, reason: "more arrived than is read at once" };
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
      ? [{ type: "gap", id: `held-${tail.ids.size}`, missed: tail.overflowed, reason: "more arrived than is kept while the tail is held" }]
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
  const line: Line = { type: "gap", id: `gap-${gap.after}-${gap.next}`, missed: gap.missed, reason: GAP_REASONS[gap.reason] ?? gap.reason };
  if (tail.ids.has(line.id)) return tail;
  const ids = tail.ids.with([line.id]);
  return following ? { ...tail, lines: [...tail.lines, line], ids } : { ...tail, waiting: [...tail.waiting, line], ids };
}

/** The time around the gap at `index`, from the record before it to the one behind it; null where one is not known. */
export function aroundGap(lines: readonly Line[], index: number): { readonly from: string; readonly to: string } | null {
  const before = lines.slice(0, index).findLast((line) => line.type === "log");
  const after = lines.slice(index + 1).find((line) => line.type === "log");
  if (before?.type !== "log" || after?.type !== "log" || after.log.time < before.log.time) return null;
  return { from: before.log.time, to: new Date(Math.ceil(after.ms) + 1).toISOString() };
}

const isRecord = (line: Line): line is Line & { readonly type: "log" } => line.type === "log";

export interface Bin {
  readonly at: number;
  readonly total: number;
  readonly warn: number;
  readonly error: number;
}

/** How many records fell into each of `count` equal stretches of time, by level. */
export function volumeOf(lines: readonly Line[], count: number): Bin[] {
  const first = lines.find(isRecord)?.ms;
  const last = lines.findLast(isRecord)?.ms;
  if (first === undefined || last === undefined) return [];
  const from = Math.min(first, last);
  const width = Math.max(1, Math.abs(last - first) + 1) / count;
  const bins = Array.from({ length: count }, (_, index) => ({ at: from + index * width, total: 0, warn: 0, error: 0 }));
  for (const line of lines) {
    if (!isRecord(line)) continue;
    const bin = bins[Math.min(count - 1, Math.max(0, Math.floor((line.ms - from) / width)))];
    if (!bin) continue;
    const { level } = line.log;
    bin.total += 1;
    if (level === "warn") bin.warn += 1;
    if (level === "error" || level === "fatal") bin.error += 1;
  }
  return bins;
}
