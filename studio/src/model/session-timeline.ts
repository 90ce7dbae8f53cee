/**
 * What happened in a session, as one list in order that grows: what was fetched, and what the stream brings
 * since. Times are in ms since 1970; the microseconds of a moment stand in its fraction.
 */
import { parseMillis } from "../base/time";
import type { LiveEvent, LiveSpan } from "./api";
import { recordOf } from "./records";
import type { Moment, Run } from "./schema";
import type { View } from "./waterfall";

/** A moment with its time, how long what began in it went on, and whether it tells of a failure. */
export interface Happening {
  readonly key: string;
  readonly at: number;
  /** When what began then was over: null while it goes on, `at` for what has no length. */
  readonly end: number | null;
  readonly isError: boolean;
  readonly moment: Moment;
}

/** The list in order, and where each key stands in it. */
export interface Timeline {
  readonly list: readonly Happening[];
  readonly keys: ReadonlyMap<string, Happening>;
}

export const EMPTY_TIMELINE: Timeline = { list: [], keys: new Map() };

const keyOf = ({ type, id }: Moment): string => `${type} ${id}`;

const endOfRun = (run: Run): number | null => (run.ended_at === null ? (run.status === "running" ? null : parseMillis(run.started_at)) : parseMillis(run.ended_at));

const FAILED = new Set(["error", "fatal"]);

function happeningOf(moment: Moment): Happening {
  const at = parseMillis(moment.at);
  const { run, step, log } = moment;
  const base = { key: keyOf(moment), at, moment };
  if (moment.type === "run.started" && run) return { ...base, end: endOfRun(run), isError: false };
  if (moment.type === "run.ended" && run) return { ...base, end: at, isError: run.status === "error" };
  if (step) return { ...base, end: at + step.duration_ms, isError: step.error !== null };
  return { ...base, end: at, isError: log !== null && FAILED.has(log.level ?? "") };
}

/** As the server orders them: records, then starts, ends and steps, and each of these by id. */
const RANKS: Readonly<Record<Moment["type"], number>> = { event: 0, developer_log: 0, log: 0, "run.started": 1, "run.ended": 2, step: 3 };

function compare(left: Happening, right: Happening): number {
  if (left.at !== right.at) return left.at - right.at;
  const rank = RANKS[left.moment.type] - RANKS[right.moment.type];
  if (rank !== 0) return rank;
  return left.moment.id < right.moment.id ? -1 : left.moment.id > right.moment.id ? 1 : 0;
}

/** The newest word on a run stands in its start as well as in its end; what was read before it ended is no news. */
function withRun(known: Happening, run: Run | undefined): Happening {
  const before = known.moment.run;
  if (!run || !before || (before.ended_at !== null && run.ended_at === null)) return known;
  return happeningOf({ ...known.moment, run });
}

/** Whether a failed step that is known from the stream can be told of better: only the server says why it failed. */
export function isUnexplained({ moment: { step } }: Happening): boolean {
  return step !== null && step.error !== null && step.error.message === null;
}

/** The timeline with more moments: each stands once, in its place, with the newest word on its run. */
export function mergeMoments(timeline: Timeline, moments: readonly Moment[]): Timeline {
  if (moments.length === 0) return timeline;
  const runs = new Map(moments.flatMap(({ run }) => (run ? [[run.id, run] as const] : [])));
  const fresh = new Map<string, Happening>();
  const better = new Map<string, Happening>();
  for (const happening of moments.map(happeningOf)) {
    const known = timeline.keys.get(happening.key);
    if (!known) fresh.set(happening.key, happening);
    else if (isUnexplained(known) && !isUnexplained(happening)) better.set(happening.key, happening);
  }
  const isTouched = runs.size > 0 || better.size > 0;
  const known = !isTouched ? timeline.list : timeline.list.map((each) => better.get(each.key) ?? withRun(each, runs.get(each.moment.run?.id ?? "")));
  const added = [...fresh.values()].toSorted(compare);
  const keys = new Map(timeline.keys);
  for (const each of isTouched ? [...known, ...added] : added) keys.set(each.key, each);
  const [first, last] = [added[0], known.at(-1)];
  if (!first) return isTouched ? { list: known, keys } : timeline;
  // Nearly always what comes is the newest: then nothing has to be put in order.
  const inOrder = last === undefined || compare(last, first) < 0;
  return { list: inOrder ? [...known, ...added] : [...known, ...added].toSorted(compare), keys };
}

const NOTHING = { data: null, run: null, step: null, log: null } as const;
const FRAMES = new Set(["agent", "chain", "room", "internal"]);

function ofSpan(span: LiveSpan): readonly Moment[] {
  const failed = span.status === "error";
  if (span.duration_ns === null || (span.kind !== "tool" && (!failed || FRAMES.has(span.kind)))) return [];
  const error = failed ? { type: span.error_type, message: null, span_id: span.span_id } : null;
  const { trace_id, span_id, name, kind, agent, tool } = span;
  const step = { trace_id, span_id, run: span.run_id, name, kind, agent, tool, duration_ms: span.duration_ns / 1e6, error };
  return [{ ...NOTHING, id: `${trace_id}.${span_id}`, at: span.started_at, type: "step", name: tool ?? name, step }];
}

function ofRun(run: Run): readonly Moment[] {
  const name = run.agent ?? run.name;
  const started = { ...NOTHING, id: run.id, at: run.started_at, type: "run.started", name, run } as const;
  return run.ended_at === null ? [started] : [started, { ...started, at: run.ended_at, type: "run.ended" }];
}

/** The moments that an event of the stream tells of, as the server would list them. */
export function momentsOf(event: LiveEvent): readonly Moment[] {
  switch (event.type) {
    case "run":
      return ofRun(event.data);
    case "span":
      return ofSpan(event.data);
    case "room_event":
    case "service": {
      const { id, time, type, data } = event.data;
      return [{ ...NOTHING, id, at: time, type: "event", name: type, data }];
    }
    case "log":
    case "developer_log": {
      const log = recordOf(event);
      if (log === null || (event.type === "log" && log.severity_number < 13)) return [];
      return [{ ...NOTHING, id: log.id, at: log.time, type: event.type, name: log.severity_text || log.level || "", log }];
    }
    default:
      return [];
  }
}

/** From the first thing to the last: a session that goes on lasts until now. */
export function wholeOf(session: { readonly started_at: string; readonly last_at: string; readonly is_active: boolean }, { list }: Timeline, now: number): View {
  const from = Math.min(parseMillis(session.started_at), list[0]?.at ?? Number.POSITIVE_INFINITY);
  const heard = list.reduce((latest, { at, end }) => Math.max(latest, end ?? at), parseMillis(session.last_at));
  const to = session.is_active ? Math.max(heard, now) : heard;
  // What has no length at all is shown as a second.
  return to - from < 1 ? { from: from - 500, to: from + 500 } : { from, to };
}

/** Where the first moment at or after `at` stands; the length of the list when there is none. */
export function firstAt(list: readonly Happening[], at: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as Happening).at < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What began in the window, or went on in it. */
export function withinWindow(list: readonly Happening[], { from, to }: View): readonly Happening[] {
  let end = firstAt(list, to);
  while (list[end]?.at === to) end += 1;
  const start = firstAt(list, from);
  // What went on before the window and reaches into it stands first.
  const reaching = list.slice(0, start).filter((each) => (each.end ?? Number.POSITIVE_INFINITY) > from);
  return reaching.length === 0 && start === 0 && end === list.length ? list : [...reaching, ...list.slice(start, end)];
}

/** The next (or previous) failure from place `index` on; -1 when there is none. Place -1 is before the first. */
export function stepError(list: readonly Happening[], index: number, step: 1 | -1): number {
  for (let at = index + step; at >= 0 && at < list.length; at += step) if (list[at]?.isError) return at;
  return -1;
}

const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");

/** `00:03:12` from the start of the session. */
export function shortOffsetOf(ms: number): string {
  const [sign, seconds] = [ms < 0 ? "-" : "", Math.floor(Math.abs(ms) / 1000)];
  return `${sign}${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** `00:03:12.120` from the start of the session. */
export function offsetOf(ms: number): string {
  const whole = Math.round(ms);
  return `${shortOffsetOf(whole)}.${String(Math.abs(whole) % 1000).padStart(3, "0")}`;
}

/** Which agent each run is of: tool calls do not always name theirs. */
export function agentsOf(list: readonly Happening[]): ReadonlyMap<string, string> {
  return new Map(list.flatMap(({ moment }) => (moment.type === "run.started" && moment.run?.agent ? [[moment.run.id, moment.run.agent] as const] : [])));
}
