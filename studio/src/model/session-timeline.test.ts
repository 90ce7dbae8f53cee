import { describe, expect, it } from "vitest";
import type { Log, Moment, Run } from "./schema";
import { lanesOf, pack } from "./session-lanes";
import { SORTS, isOf, placeOf, selectionOf, wordsOf } from "./moments";
import { EMPTY_TIMELINE, agentsOf, firstAt, isUnexplained, mergeMoments, momentsOf, offsetOf, shortOffsetOf, stepError, wholeOf, withinWindow } from "./session-timeline";

const START = Date.parse("2026-11-20T10:00:00Z");
const time = (ms: number): string => new Date(START + ms).toISOString();
const NOTHING = { data: null, run: null, step: null, log: null } as const;

const run = (id: string, from: number, to: number | null, more: Partial<Run> = {}): Run => ({
  id, trace_id: id, name: "invoke", status: to === null ? "running" : "success", agent: "planner", service: null, room: "lobby", session: "s1", user: null,
  started_at: time(from), ended_at: to === null ? null : time(to), duration_ms: to === null ? null : to - from,
  tokens: { input: null, output: null, cache_read: null, cache_write: null, reasoning: null },
  cost: { amount: null, currency: "USD", unpriced_tokens: null }, unpriced_reasons: [], models: [], providers: [], first_token_ms: null, error: null,
  span_count: 1, error_count: 0, llm_count: 0, tool_count: 0, root_span_id: null, findings: [], input: null, output: null, ...more,
});
const log = (id: string, at: number, level: string, body = "words"): Log => ({
  id, time: time(at), observed_at: null, level, severity_number: level === "error" ? 17 : 13, severity_text: level, body, truncated: false, event_name: null,
  trace_id: null, span_id: null, run: null, service: "svc", room: "lobby", session: "s1", scope_name: null, attributes: [], resource_attributes: [],
});
const event = (id: string, at: number, name: string, data: unknown = {}): Moment => ({ ...NOTHING, id, at: time(at), type: "event", name, data });
const logged = (id: string, at: number, level: string): Moment => ({ ...NOTHING, id, at: time(at), type: "log", name: level, log: log(id, at, level) });
const started = (of: Run): Moment => ({ ...NOTHING, id: of.id, at: of.started_at, type: "run.started", name: "planner", run: of });
const step = (id: string, at: number, took: number, error: string | null = null): Moment => ({
  ...NOTHING, id: `t.${id}`, at: time(at), type: "step", name: "search",
  step: { trace_id: "t", span_id: id, run: "t", name: "execute search", kind: "tool", agent: "planner", tool: "search", duration_ms: took, error: error === null ? null : { type: "Timeout", message: error, span_id: id } },
});

/** Numbers that look random and are the same each time. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}

const shuffled = <T>(items: readonly T[], random: Generator<number, never>): T[] =>
  items.map((item) => [random.next().value, item] as const).toSorted(([left], [right]) => left - right).map(([, item]) => item);

describe("the timeline of a session", () => {
  const moments = Array.from({ length: 60 }, (_, at) => (at % 3 === 0 ? event(`e${at}`, at * 10, "room.started") : at % 3 === 1 ? logged(`l${at}`, at * 10, "error") : step(`s${at}`, at * 10, 35)));

  it("is the same in whatever pieces and order it comes, and however often", () => {
    const whole = mergeMoments(EMPTY_TIMELINE, moments).list;
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = numbers(seed);
      let timeline = EMPTY_TIMELINE;
      const coming = shuffled([...moments, ...moments.slice(0, 20)], random);
      while (coming.length > 0) timeline = mergeMoments(timeline, coming.splice(0, 1 + Math.floor(random.next().value * 9)));
      expect(timeline.list).toEqual(whole);
    }
  });

  it("puts the newest word on a run into its start", () => {
    const before = mergeMoments(EMPTY_TIMELINE, [started(run("r", 0, null))]);
    expect(before.list.map(({ end }) => end)).toEqual([null]);
    const ended = run("r", 0, 500, { status: "error", error: { type: "ToolTimeout", message: "no answer", span_id: "ab" } });
    const after = mergeMoments(before, momentsOf({ topics: [], seq: "1", type: "run", data: ended }));
    expect(after.list.map(({ key, end, isError }) => [key, end, isError])).toEqual([["run.started r", START + 500, false], ["run.ended r", START + 500, true]]);
    expect(wordsOf(after.list[1] as (typeof after.list)[number], new Map())).toMatchObject({ glyph: "✗", text: "planner failed", detail: "ToolTimeout: no answer" });
  });

  it("lets nothing that was read before a run ended undo its end", () => {
    const ended = mergeMoments(EMPTY_TIMELINE, momentsOf({ topics: [], seq: "1", type: "run", data: run("r", 0, 500) }));
    expect(mergeMoments(ended, [started(run("r", 0, null))]).list).toEqual(ended.list);
  });

  it("takes why a step failed from whoever says it, in whatever order", () => {
    const bare = step("a", 5, 1, "");
    const streamed = { ...bare, step: bare.step && { ...bare.step, error: { type: "Timeout", message: null, span_id: "a" } } };
    const told = step("a", 5, 1, "no answer");
    const ways = [[streamed, told], [told, streamed], [streamed, told, streamed]];
    for (const way of ways) {
      const { list } = way.reduce((timeline, moment) => mergeMoments(timeline, [moment]), EMPTY_TIMELINE);
      expect(list.map((each) => [isUnexplained(each), each.moment.step?.error?.message])).toEqual([[false, "no answer"]]);
    }
  });

  it("takes from the stream what the server would list, and nothing else", () => {
    const span = { trace_id: "t", run_id: "t", span_id: "s", parent_span_id: null, name: "n", span_kind: "INTERNAL", state: "finished", start_ns: 0, duration_ns: 2e6, service: null, agent: null, model: null, tool: null, tokens_input: null, tokens_output: null, cost: null, event_count: 0, has_content: false, started_at: time(0) };
    const streamed = (kind: string, status: string, more = {}) => momentsOf({ topics: [], seq: "1", type: "span", data: { ...span, kind, status, error_type: null, ...more } }).length;
    expect([streamed("tool", "ok"), streamed("tool", "ok", { duration_ns: null }), streamed("llm", "ok"), streamed("llm", "error"), streamed("agent", "error")]).toEqual([1, 0, 0, 1, 0]);
    const line = (level: string, severity_number: number) => momentsOf({ topics: [], seq: "1", type: "log", data: { ...log("l", 0, level), severity_number } }).length;
    expect([line("info", 9), line("warn", 13)]).toEqual([0, 1]);
    expect(momentsOf({ topics: [], seq: "1", type: "metric", data: {} })).toEqual([]);
  });

  it("finds its place by time as a search from the start would", () => {
    const { list } = mergeMoments(EMPTY_TIMELINE, moments);
    const random = numbers(7);
    for (let at = 0; at < 200; at += 1) {
      const ms = START - 50 + random.next().value * 800;
      const expected = list.findIndex((each) => each.at >= ms);
      expect(firstAt(list, ms)).toBe(expected === -1 ? list.length : expected);
    }
  });

  it("shows in a window what began in it or reaches into it, in order", () => {
    const { list } = mergeMoments(EMPTY_TIMELINE, moments);
    const random = numbers(11);
    for (let at = 0; at < 100; at += 1) {
      const from = START + random.next().value * 600;
      const window = { from, to: from + random.next().value * 200 };
      const expected = list.filter((each) => each.at <= window.to && (each.at >= from || (each.end ?? Number.POSITIVE_INFINITY) > from));
      expect(withinWindow(list, window)).toEqual(expected);
    }
  });

  it("steps through every failure once, forth and back", () => {
    const { list } = mergeMoments(EMPTY_TIMELINE, moments);
    const walk = (from: number, direction: 1 | -1): number[] => {
      const next = stepError(list, from, direction);
      return next === -1 ? [] : [next, ...walk(next, direction)];
    };
    const errors = list.flatMap(({ isError }, at) => (isError ? [at] : []));
    expect(walk(-1, 1)).toEqual(errors);
    expect(walk(list.length, -1)).toEqual(errors.toReversed());
  });

  it("lasts until now while it goes on, and is never without a length", () => {
    const timeline = mergeMoments(EMPTY_TIMELINE, [started(run("r", 0, 900))]);
    const session = { started_at: time(0), last_at: time(100) };
    expect(wholeOf({ ...session, is_active: true }, timeline, START + 5000)).toEqual({ from: START, to: START + 5000 });
    expect(wholeOf({ ...session, is_active: false }, timeline, START + 5000)).toEqual({ from: START, to: START + 900 });
    expect(wholeOf({ started_at: time(0), last_at: time(0), is_active: false }, EMPTY_TIMELINE, START)).toEqual({ from: START - 500, to: START + 500 });
  });

  it("finds again what a moment chose, and of several at one time that very one", () => {
    const { list } = mergeMoments(EMPTY_TIMELINE, [event("a", 5, "room.started"), event("b", 5, "participant.joined"), step("c", 5, 1), ...moments]);
    for (const [index, { moment }] of list.entries()) expect(placeOf(list, selectionOf(moment))).toBe(index);
    expect(placeOf(list, { at: time(5), log: null, run: null, span: null })).toBe(list.findIndex(({ moment }) => moment.at === time(5)));
    expect(placeOf(list, { at: time(7), log: null, run: null, span: null })).toBe(-1);
  });

  it("tells an offset in hours, minutes and seconds", () => {
    expect([0, 192_120, 3_600_000 * 27 + 1, -1500].map(offsetOf)).toEqual(["00:00:00.000", "00:03:12.120", "27:00:00.001", "-00:00:01.500"]);
    expect([999, 192_120, -1500].map(shortOffsetOf)).toEqual(["00:00:00", "00:03:12", "-00:00:01"]);
  });
});

describe("who did it", () => {
  it("is the agent of the run where a tool call names none", () => {
    const bare = step("c", 5, 1);
    const nameless = { ...bare, step: bare.step && { ...bare.step, run: "r", agent: null } };
    const { list } = mergeMoments(EMPTY_TIMELINE, [started(run("r", 0, 30)), nameless]);
    expect(list.map((each) => wordsOf(each, agentsOf(list)).who)).toEqual(["planner", "planner"]);
  });
});

describe("the sorts of moments", () => {
  it("have every moment once, and failures twice", () => {
    const { list } = mergeMoments(EMPTY_TIMELINE, [event("e", 0, "room.started"), started(run("r", 0, 30)), step("a", 5, 1), step("b", 6, 1, "no answer"), logged("l", 7, "error"), logged("w", 8, "warn")]);
    expect(SORTS.map((sort) => [sort, list.filter((each) => isOf(each, sort)).map(({ moment }) => moment.id)])).toEqual([
      ["failures", ["t.b", "l"]], ["runs", ["r"]], ["tools", ["t.a", "t.b"]], ["logs", ["l", "w"]], ["room", ["e"]],
    ]);
  });
});

describe("the lanes", () => {
  it("have who was there, what ran and what failed", () => {
    const { list } = mergeMoments(EMPTY_TIMELINE, [
      event("1", 0, "participant.joined", { id: "7", name: "ann" }), event("2", 10, "participant.joined", { id: "8", name: "bob" }),
      event("3", 40, "participant.left", { id: "7", name: "ann" }), started(run("r", 5, 30)), step("s", 12, 8, "no answer"),
    ]);
    const { lanes, errors } = lanesOf(list, START + 60);
    const bars = lanes.map(({ name, bars: of }) => [name, of.map(({ from, to, row, isError }) => [from - START, (to ?? 0) - START, row, isError])]);
    expect(bars).toEqual([
      ["In the room", [[0, 40, 0, false], [10, 60, 1, false]]],
      ["Agents", [[5, 30, 0, false]]],
      ["Tools", [[12, 20, 0, true]]],
    ]);
    expect(errors).toEqual([START + 12]);
  });

  it("overlap in no row as long as there are rows enough", () => {
    const random = numbers(3);
    for (let round = 0; round < 50; round += 1) {
      const bars = Array.from({ length: 12 }, () => {
        const from = random.next().value * 100;
        return { from, to: from + random.next().value * 20, isError: false };
      });
      const most = Math.max(...bars.map(({ from }) => bars.filter((each) => each.from <= from && each.to > from).length));
      const lane = pack(bars, "Tools");
      expect(lane.rows).toBe(Math.min(most, 4));
      if (most > 4) continue;
      for (const bar of lane.bars) expect(lane.bars.filter((each) => each.row === bar.row && each !== bar && each.from < (bar.to ?? 0) && (each.to ?? 0) > bar.from)).toEqual([]);
    }
  });
});
