import { describe, expect, it } from "vitest";
import type { SpanFields } from "./api";
import { criticalPath } from "./critical-path";
import { sumsOf } from "./sums";
import { type Tree, buildTree } from "./tree";

const MS = 1e6;

function span(id: string, parent: string | null, fromMs: number, toMs: number | null, more: Partial<SpanFields> = {}): SpanFields {
  return {
    span_id: id, parent_span_id: parent, name: id, kind: "tool", span_kind: "INTERNAL", status: "ok", state: "finished",
    start_ns: fromMs * MS, duration_ns: toMs === null ? null : (toMs - fromMs) * MS, service: null, agent: null, model: null, tool: null, tokens_input: null,
    tokens_output: null, cost: null, error_type: null, event_count: 0, has_content: false, ...more,
  };
}

const treeOf = (...spans: SpanFields[]): Tree => buildTree(new Map(spans.map((each) => [each.span_id, each])));

/** Milliseconds by span, in the order of the tree. */
const path = (tree: Tree): string => {
  const { own } = criticalPath(tree);
  return tree.spans.flatMap(({ span_id }, at) => (own.has(at) ? [`${span_id} ${(own.get(at) as number) / MS}`] : [])).join(", ");
};

describe("the critical path", () => {
  it("goes through what was waited for, one after the other", () => {
    expect(path(treeOf(span("run", null, 0, 100), span("plan", "run", 10, 40), span("act", "run", 50, 90), span("tool", "act", 60, 80)))).toBe("run 30, plan 30, act 20, tool 20");
  });
  it("takes of what ran at once only what ended last", () => {
    expect(path(treeOf(span("run", null, 0, 100), span("slow", "run", 10, 90), span("fast", "run", 10, 50)))).toBe("run 20, slow 80");
  });
  it("does not count what still went on when its successor began, but forgives clocks", () => {
    expect(path(treeOf(span("run", null, 0, 100), span("beside", "run", 0, 60), span("last", "run", 50, 100)))).toBe("run 50, last 50");
    expect(path(treeOf(span("run", null, 0, 100), span("first", "run", 0, 50.5), span("last", "run", 50, 100)))).toBe("first 50, last 50");
  });
  it("counts what outlives its parent up to its end, and what has not ended up to now", () => {
    expect(path(treeOf(span("run", null, 0, 100), span("agent", "run", 0, 80), span("late", "agent", 70, 130), span("other", "run", 90, null)))).toBe("run 10, agent 70, late 10, other 10");
  });
  it("adds up to the whole, whatever the tree", () => {
    let state = 3;
    const next = (most: number): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) % most;
    for (let round = 0; round < 200; round += 1) {
      const spans = [span("0", null, 0, 1000)];
      for (let at = 1; at < 40; at += 1) {
        const from = next(900);
        spans.push(span(`${at}`, `${next(at)}`, from, from + next(400)));
      }
      const tree = treeOf(...spans);
      const { own, stretches, totalNs } = criticalPath(tree);
      const sum = [...own.values()].reduce((left, right) => left + right, 0);
      expect(sum).toBeLessThanOrEqual(totalNs);
      const all = [...stretches.values()].flat().toSorted(([left], [right]) => left - right);
      all.slice(1).forEach(([from], at) => expect(from).toBeGreaterThanOrEqual((all[at] as readonly [number, number])[1]));
    }
  });
});

describe("the numbers of spans", () => {
  it("tell how long none of its children ran, however these overlap", () => {
    const tree = treeOf(span("run", null, 0, 100), span("a", "run", 10, 40), span("b", "run", 20, 30), span("c", "run", 35, 60), span("over", "run", 90, 200), span("open", "run", 95, null));
    expect(sumsOf(tree).self.map((ns) => (ns === null ? null : ns / MS))).toEqual([40, 30, 10, 25, 110, null]);
  });
  it("are those of the spans below where a span says nothing itself, and never counted twice", () => {
    const told = { tokens_input: 10, tokens_output: 2, cost: "0.5" };
    const tree = treeOf(
      span("run", null, 0, 100), span("agent", "run", 0, 90, { tokens_input: 30 }),
      span("llm", "agent", 1, 20, told), span("llm2", "agent", 21, 40, told), span("tool", "run", 91, 95),
    );
    const { input, output, cost, isSum } = sumsOf(tree);
    expect({ input, output, cost, isSum }).toEqual({
      input: [30, 30, 10, 10, null], output: [4, 4, 2, 2, null], cost: [1, 1, 0.5, 0.5, null], isSum: [true, true, false, false, false],
    });
  });
});
