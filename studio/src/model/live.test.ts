import { describe, expect, test } from "vitest";
import type { Log, Run } from "./api";
import { elapsedMs, layRuns } from "./runs";
import { EMPTY_TAIL, FOLLOW_LINES, HELD_LINES, type Tail, aroundGap, arrive, catchUp, interrupt, lineId, prepend, release, tailOf, volumeOf } from "./tail";

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
const log = (id: string, seconds: number): Log => ({
  id, time: at(seconds), observed_at: null, level: "info", severity_number: 9, severity_text: "", body: id, truncated: false,
  event_name: null, trace_id: null, span_id: null, run: null, service: null, room: null, session: null, scope_name: null,
  attributes: [], resource_attributes: [],
});
const ids = (tail: Tail): string[] => tail.lines.map(lineId);
const many = (count: number, from = 0): Log[] => Array.from({ length: count }, (_, index) => log(`m${from + index}`, from + index));

describe("the tail of logs", () => {
  const tail = tailOf([log("b", 2), log("a", 1)]);

  test("stands oldest first, whatever order it was read in", () => {
    expect(ids(tail)).toEqual(["a", "b"]);
  });

  test("shows arrivals at once while it follows, each of them once", () => {
    expect(ids(arrive(arrive(tail, [log("c", 3)], true), [log("c", 3), log("d", 4)], true))).toEqual(["a", "b", "c", "d"]);
  });

  test("puts what arrives a little late in its place by time, but not across a gap", () => {
    expect(ids(arrive(tail, [log("d", 4), log("c", 1.5)], true))).toEqual(["a", "c", "b", "d"]);
    const broken = interrupt(tail, { reason: "too_old", after: "4", next: "9", missed: null }, true);
    expect(ids(arrive(broken, [log("c", 1.5)], true))).toEqual(["a", "b", "gap-4-9", "c"]);
  });

  test("does not move while it is held: arrivals wait", () => {
    const held = arrive(tail, [log("c", 3)], false);
    expect([ids(held), held.waiting.length]).toEqual([["a", "b"], 1]);
    expect(ids(release(held))).toEqual(["a", "b", "c"]);
  });

  test("never loses what is shown while it is held, and says what it could not keep", () => {
    const held = arrive(tail, many(HELD_LINES + 7), false);
    expect([ids(held), held.waiting.length, held.overflowed]).toEqual([["a", "b"], HELD_LINES, 7]);
    const gap = release(held).lines.find((line) => line.type === "gap");
    expect(gap).toMatchObject({ missed: 7, reason: "more arrived than is kept while the tail is held" });
  });

  test("trims its oldest lines while it follows, and says so", () => {
    const long = arrive(EMPTY_TAIL, many(FOLLOW_LINES * 2), true);
    expect([long.lines.length, long.trimmed, ids(long)[0]]).toEqual([FOLLOW_LINES, true, `m${FOLLOW_LINES}`]);
    expect(arrive(long, many(1, 0), true).lines.length).toBe(FOLLOW_LINES + 1);
  });

  test("grows upwards by older records", () => {
    expect(ids(prepend(tail, [log("0", 0), log("a", 1)]))).toEqual(["0", "a", "b"]);
  });

  test("takes what was read again in its place by time", () => {
    expect(ids(catchUp(tail, [log("c", 3), log("ab", 1.5), log("b", 2)], false, true))).toEqual(["a", "ab", "b", "c"]);
    const held = catchUp(arrive(tail, [log("d", 4)], false), [log("c", 3), log("b", 2)], false, false);
    expect([ids(held), held.waiting.map(lineId)]).toEqual([["a", "b"], ["c", "d"]]);
  });

  test("says so when what was read again does not reach back to what is shown", () => {
    expect(ids(catchUp(tail, [log("y", 8), log("z", 9)], false, true))).toEqual(["a", "b", "missed-y", "y", "z"]);
    expect(ids(catchUp(tail, [log("y", 8), log("z", 9)], true, true))).toEqual(["a", "b", "y", "z"]);
  });

  test("shows a gap as a row, once", () => {
    const gap = { reason: "out of the window", after: "4", next: "9", missed: 5 };
    expect(ids(interrupt(interrupt(tail, gap, true), gap, true))).toEqual(["a", "b", "gap-4-9"]);
  });

  test("knows the time around a gap once records stand on both sides of it", () => {
    const gap = { reason: "too_old", after: "4", next: "9", missed: 5 };
    const broken = interrupt(tail, gap, true);
    expect(aroundGap(broken.lines, 2)).toBeNull();
    expect(aroundGap(arrive(broken, [log("c", 3)], true).lines, 2)).toEqual({ from: at(2), to: "2026-01-01T00:00:03.001Z" });
  });

  test("counts by level over its time", () => {
    const levels = [["info", 0], ["warn", 0.04], ["error", 0.06], ["fatal", 0.099]] as const;
    const logs = levels.map(([level, seconds]) => ({ ...log(level, seconds), level }));
    const gap = { reason: "too_old", after: "4", next: "9", missed: null };
    const start = Date.parse(at(0));
    expect(volumeOf(interrupt(tailOf(logs), gap, true).lines, 2)).toEqual([
      { at: start, total: 2, warn: 1, error: 0 }, { at: start + 50, total: 2, warn: 0, error: 2 },
    ]);
    expect(volumeOf([], 5)).toEqual([]);
  });
});

describe("the list of runs", () => {
  const run = (id: string, seconds: number, more: Partial<Run> = {}): Run => ({
    id, trace_id: id, name: id, status: "success", agent: null, service: null, room: null, session: null, user: null,
    started_at: at(seconds), ended_at: null, duration_ms: 5, tokens: { input: null, output: null, cache_read: null, cache_write: null, reasoning: null },
    cost: { amount: null, currency: "USD", unpriced_tokens: null }, models: [], error: null, span_count: 1, error_count: 0,
    llm_count: 0, tool_count: 0, root_span_id: null, findings: [], input: null, output: null, unpriced_reasons: [], providers: [], first_token_ms: null, ...more,
  });
  const fetched = [run("b", 2), run("a", 1)];

  test("changes in place when there is news of a run", () => {
    const rows = layRuns(fetched, new Map([["a", run("a", 1, { status: "error" })]]), new Set());
    expect(rows.map(({ id, status }) => [id, status])).toEqual([["b", "success"], ["a", "error"]]);
  });

  test("takes in a new run only when it is let in, in its place by time", () => {
    const news = new Map([["c", run("c", 3)]]);
    expect(layRuns(fetched, news, new Set()).map(({ id }) => id)).toEqual(["b", "a"]);
    expect(layRuns(fetched, news, new Set(["c"])).map(({ id }) => id)).toEqual(["c", "b", "a"]);
  });

  test("knows how long a run takes so far, and claims nothing for a lost one", () => {
    const now = Date.parse(at(10));
    expect([
      elapsedMs(run("a", 1), now), elapsedMs(run("a", 1, { status: "running", duration_ms: null }), now),
      elapsedMs(run("a", 1, { status: "lost", duration_ms: null }), now),
    ]).toEqual([5, 9000, null]);
  });
});
