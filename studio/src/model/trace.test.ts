import { describe, expect, test } from "vitest";
import type { LiveSpan, SpanColumns, SpanFields } from "./api";
import { mergeFetched, mergeSpans, rowsOf, spanSetOf } from "./spans";
import { type Tree, buildTree } from "./tree";
import { type Folding, UNFOLDED, barOf, clampView, layRows, pan, reveal, rowOf, ticksOf, zoom } from "./waterfall";

function span(id: string, parent: string | null, start = 0, more: Partial<SpanFields> = {}): SpanFields {
  return {
    span_id: id, parent_span_id: parent, name: id, kind: "tool", span_kind: "INTERNAL", status: "ok", state: "finished",
    start_ns: start, duration_ns: 10, service: null, agent: null, model: null, tool: null, tokens_input: null,
    tokens_output: null, cost: null, error_type: null, event_count: 0, has_content: false, agent_inherited: false, wrapper: false, finish_reason: null, first_token_ns: null, flags: [], ...more,
  };
}

const setOf = (spans: readonly SpanFields[]): Map<string, SpanFields> => new Map(spans.map((one) => [one.span_id, one]));

/** The tree as indented names, orphans marked with `!`. */
function drawn(tree: Tree): string[] {
  return tree.spans.map((one, at) => `${tree.orphans.includes(at) ? "!" : ""}${"  ".repeat(tree.depth[at] ?? 0)}${one.span_id}`);
}

function drawnRows(tree: Tree, folding: Folding): string[] {
  return layRows(tree, folding).map((row) => {
    if (row.type === "orphans") return `orphans ${row.count}`;
    const name = row.type === "group" ? `${row.name} ×${row.members.length}` : tree.spans[row.at]?.span_id;
    return `${"  ".repeat(row.depth)}${name}`;
  });
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const copy = [...items];
  let state = seed;
  for (let at = copy.length - 1; at > 0; at -= 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const other = state % (at + 1);
    [copy[at], copy[other]] = [copy[other] as T, copy[at] as T];
  }
  return copy;
}

const TRIP = [
  span("root", null, 0), span("plan", "root", 10), span("chat", "plan", 12), span("search", "plan", 30),
  span("http", "search", 31), span("answer", "root", 60), span("late", "gone", 5), span("below", "late", 6),
];
const DRAWN = ["root", "  plan", "    chat", "    search", "      http", "  answer", "!late", "  below"];

describe("a trace's tree", () => {
  test("puts children under their parents in order of start, and orphans last", () => {
    expect(drawn(buildTree(setOf(TRIP)))).toEqual(DRAWN);
  });

  test("is the same for any order of arrival", () => {
    for (let seed = 1; seed <= 50; seed += 1) expect(drawn(buildTree(setOf(shuffled(TRIP, seed))))).toEqual(DRAWN);
  });

  test("holds every span of a loop of parents once", () => {
    const loop = [span("root", null), span("a", "b", 3), span("b", "c", 1), span("c", "a", 2), span("self", "self", 9)];
    expect(drawn(buildTree(setOf(loop)))).toEqual(["root", "!b", "  a", "    c", "!self"]);
  });

  test("puts first what ended first where several began at one tick of a clock", () => {
    const tick = [span("root", null, 0), span("b", "root", 5, { duration_ns: 2 }), span("c", "root", 5, { duration_ns: null }), span("d", "root", 5, { duration_ns: 1 })];
    expect(drawn(buildTree(setOf(tick)))).toEqual(["root", "  d", "  b", "  c"]);
  });

  test("stands ten thousand levels deep", () => {
    const deep = Array.from({ length: 10_000 }, (_, at) => span(`s${at}`, at === 0 ? null : `s${at - 1}`, at));
    const tree = buildTree(setOf(deep));
    expect([tree.spans.length, tree.depth.at(-1), tree.end[0]]).toEqual([10_000, 9999, 10_000]);
  });

  test("spans from the earliest start, which skewed clocks may put before the trace's own", () => {
    const tree = buildTree(setOf([span("root", null, 0, { duration_ns: 100 }), span("early", "root", -40), span("open", "root", 90, { duration_ns: null })]));
    expect([tree.startNs, tree.endNs]).toEqual([-40, 100]);
  });

  test("of nothing has room to be drawn", () => {
    expect(buildTree(new Map())).toMatchObject({ spans: [], startNs: 0, endNs: 1 });
  });
});

describe("the rows of a waterfall", () => {
  const repeats = buildTree(setOf([
    span("root", null, 0, { kind: "agent" }),
    ...Array.from({ length: 6 }, (_, at) => span(`s${at}`, "root", at + 1, { name: "search", status: at === 2 ? "error" : "ok" })),
    span("below", "s3", 4), span("end", "root", 90), span("lost", "gone", 3),
  ]));

  test("fold five or more siblings of one name into one", () => {
    expect(drawnRows(repeats, UNFOLDED)).toEqual(["root", "  search ×6", "  end", "orphans 1", "  lost"]);
  });

  test("show them again when the group is opened, or grouping is off", () => {
    const opened = { ...UNFOLDED, opened: new Set(["s0*"]) };
    expect(drawnRows(repeats, opened)).toEqual([
      "root", "  search ×6", "    s0", "    s1", "    s2", "    s3", "      below", "    s4", "    s5", "  end", "orphans 1", "  lost",
    ]);
    expect(drawnRows(repeats, { ...UNFOLDED, grouping: false }).slice(0, 4)).toEqual(["root", "  s0", "  s1", "  s2"]);
  });

  test("never fold the steps of an agent together", () => {
    const steps = Array.from({ length: 7 }, (_, at) => span(`t${at}`, "root", at, { name: "step", kind: "chain" }));
    expect(drawnRows(buildTree(setOf([span("root", null), ...steps])), UNFOLDED)).toHaveLength(8);
  });

  test("hide what hangs below a closed span", () => {
    expect(drawnRows(repeats, { ...UNFOLDED, closed: new Set(["root"]) })).toEqual(["root", "orphans 1", "  lost"]);
  });

  test("can be opened until any span has a row of its own", () => {
    const hidden = { ...UNFOLDED, closed: new Set(["root", "s3"]) };
    for (let at = 0; at < repeats.spans.length; at += 1) {
      const folding = reveal(repeats, hidden, at);
      const rows = layRows(repeats, folding);
      expect(rows[rowOf(rows, repeats, at)]).toMatchObject({ type: "span", at });
    }
  });

  test("stand for what they hide", () => {
    const rows = layRows(repeats, UNFOLDED);
    expect(rowOf(rows, repeats, repeats.position.get("below") ?? -1)).toBe(1);
  });
});

describe("wrappers", () => {
  const wrapper = { kind: "chain", wrapper: true };
  const spans = [
    span("out", null, 0, wrapper), span("mid", "out", 1, wrapper), span("in", "mid", 2, { kind: "chain" }),
    span("chat", "in", 3), span("failed", "in", 4, { ...wrapper, status: "error" }), span("fine", "failed", 5, { kind: "chain" }),
  ];
  const tree = buildTree(setOf(spans));
  const at = (id: string): number => tree.position.get(id) ?? -1;

  test("give their place and depth to their child, unless they alone failed", () => {
    expect(drawnRows(tree, UNFOLDED)).toEqual(["in", "  chat", "  failed", "    fine"]);
    expect(layRows(tree, UNFOLDED)[0]).toMatchObject({ at: at("in"), wrappers: [at("out"), at("mid")], below: 3 });
  });

  test("all stand when they are asked for", () => {
    expect(drawnRows(tree, { ...UNFOLDED, folding: false })).toEqual(["out", "  mid", "    in", "      chat", "      failed", "        fine"]);
  });

  test("stand alone once revealed, and are stood for until then", () => {
    expect(rowOf(layRows(tree, UNFOLDED), tree, at("mid"))).toBe(0);
    expect(drawnRows(tree, reveal(tree, UNFOLDED, at("mid")))).toEqual(["mid", "  in", "    chat", "    failed", "      fine"]);
  });

  test("with a second child, which the stream may bring, stand again", () => {
    const grown = buildTree(setOf([...spans, span("more", "out", 9)]));
    expect(drawnRows(grown, UNFOLDED)).toEqual(["out", "  in", "    chat", "    failed", "      fine", "  more"]);
  });

  test("that the stream brought without a word on it are known by kind and name", () => {
    const told = [
      span("a", null, 0, { kind: "agent", name: "invoke_agent editor", wrapper: false }),
      span("b", "a", 1, { kind: "chain", name: "editor.workflow" }), span("c", "b", 2, { kind: "agent", name: "editor" }),
      span("d", "c", 3, { kind: "llm", name: "editor" }),
    ];
    expect(drawnRows(buildTree(setOf(told)), UNFOLDED)).toEqual(["c", "  d"]);
    expect(drawnRows(buildTree(setOf(told.slice(0, 1))), UNFOLDED)).toEqual(["a"]);
  });

  test("ten thousand deep fold into one row", () => {
    const deep = Array.from({ length: 10_000 }, (_, n) => span(`s${n}`, n === 0 ? null : `s${n - 1}`, n, n < 9999 ? wrapper : {}));
    expect(drawnRows(buildTree(setOf(deep)), UNFOLDED)).toEqual(["s9999"]);
  });
});

describe("the view of a trace's time", () => {
  const whole = { from: 0, to: 1000 };

  test("cuts bars at its edges and leaves out what lies beyond", () => {
    const view = { from: 100, to: 300 };
    expect([barOf(view, 50, 200), barOf(view, 250, 900), barOf(view, 150, 150), barOf(view, 400, 500)]).toEqual([
      { left: 0, width: 50 }, { left: 75, width: 25 }, { left: 25, width: 0 }, null,
    ]);
  });

  test("never leaves the trace, however it is zoomed and moved", () => {
    expect(zoom({ from: 0, to: 200 }, 100, whole)).toEqual(whole);
    expect(pan({ from: 0, to: 200 }, -5, whole)).toEqual({ from: 0, to: 200 });
    expect(pan({ from: 0, to: 200 }, 50, whole)).toEqual({ from: 800, to: 1000 });
    expect(clampView({ from: -50, to: 5000 }, whole)).toEqual(whole);
  });

  test("is ruled at round moments", () => {
    expect(ticksOf({ from: 3, to: 1000 }, 5)).toEqual([200, 400, 600, 800, 1000]);
  });
});

describe("spans that arrive while a trace is open", () => {
  const columns = (spans: readonly SpanFields[]): SpanColumns => {
    const fields = Object.keys(span("x", null)) as (keyof SpanFields)[];
    return Object.fromEntries(fields.map((field) => [field, spans.map((one) => one[field])])) as unknown as SpanColumns;
  };
  const fetched = (spans: readonly SpanFields[]) =>
    spanSetOf({ trace_id: "t", run_id: "t", started_at: "2026-01-01T00:00:00.000000100Z", duration_ns: 1, span_count: spans.length, truncated: false, columns: columns(spans) });
  const live = (one: SpanFields, started: string, trace = "t"): LiveSpan => ({ ...one, trace_id: trace, run_id: trace, started_at: started });
  const open = span("a", null, 0, { state: "open", duration_ns: null });

  test("columns turn into rows and back", () => {
    expect(rowsOf(columns(TRIP))).toEqual(TRIP);
  });

  test("count from the trace's own start, to the nanosecond", () => {
    const set = mergeSpans(fetched([open]), [live(span("b", "a"), "2026-01-01T00:00:01.000000107Z")]);
    expect([set.spans.get("b")?.start_ns, set.total]).toEqual([1_000_000_007, 2]);
  });

  test("change nothing when they come twice", () => {
    const arrived = [live(span("b", "a"), "2026-01-01T00:00:01Z")];
    const once = mergeSpans(fetched([open]), arrived);
    expect(mergeSpans(once, arrived)).toEqual(once);
  });

  test("an open span gives way to its finished self, and never the other way", () => {
    const finished = live(span("a", null), "2026-01-01T00:00:00.000000100Z");
    const reopened = live(open, "2026-01-01T00:00:00.000000100Z");
    expect(mergeSpans(fetched([open]), [finished]).spans.get("a")?.state).toBe("finished");
    expect(mergeSpans(mergeSpans(fetched([open]), [finished]), [reopened]).spans.get("a")?.state).toBe("finished");
  });

  test("of another trace are left out", () => {
    expect(mergeSpans(fetched([open]), [live(span("z", null), "2026-01-01T00:00:00Z", "other")]).spans.size).toBe(1);
  });

  test("survive an answer that was given before they came", () => {
    const arrived = mergeSpans(fetched([open]), [live(span("b", "a"), "2026-01-01T00:00:01Z"), live(span("a", null), "2026-01-01T00:00:00.000000100Z")]);
    const merged = mergeFetched(arrived, fetched([open]));
    expect([...merged.spans.values()].map(({ span_id, state }) => [span_id, state])).toEqual([["a", "finished"], ["b", "finished"]]);
  });
});
