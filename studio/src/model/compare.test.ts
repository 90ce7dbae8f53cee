import { describe, expect, it } from "vitest";
import type { DiffRun, RunDiff, Side, StepDiff } from "./api";
import { changeOf, deltasOf, firstDivergence, shareText, swapped } from "./compare";

const side = (more: Partial<Side> = {}): Side => ({ span_id: "s", outcome: "ok", duration_ms: 100, tokens_input: null, tokens_output: null, cost: null, model: null, error: null, output: null, runs: null, ...more });
const step = (differences: string[], a: Partial<Side> | null, b: Partial<Side> | null, depth = 1): StepDiff => ({
  change: a === null ? "only_b" : b === null ? "only_a" : differences.length > 0 ? "changed" : "same",
  depth, kind: "tool", name: "search", agent: null, differences, a: a && side(a), b: b && side(b),
});

describe("what became of a step", () => {
  it.each([
    [step([], {}, {}), "same"],
    [step([], {}, null), "missing"],
    [step([], null, {}), "added"],
    [step(["time", "outcome"], {}, { outcome: "error" }), "failed"],
    [step(["outcome"], { outcome: "lost" }, {}), "mended"],
    [step(["time", "cost"], {}, { duration_ms: 900 }), "slower"],
    [step(["time"], { duration_ms: 900 }, {}), "faster"],
    [step(["cost", "tokens"], { cost: "0.1" }, { cost: "0.4" }), "dearer"],
    [step(["cost"], { cost: "0.4" }, { cost: "0.1" }), "cheaper"],
    [step(["order"], {}, {}), "reordered"],
    [step(["output"], {}, {}), "changed"],
  ])("is told in a word", (given, word) => {
    expect(changeOf(given)).toBe(word);
  });
});

describe("where two runs first part", () => {
  it("is below the root, and never for time or order alone", () => {
    const root = step(["time", "outcome"], {}, { outcome: "error" }, 0);
    expect(firstDivergence([root, step(["time", "order"], {}, { duration_ms: 900 }), step(["output"], {}, {}), step([], {}, null)])).toBe(2);
    expect(firstDivergence([root, step(["time"], {}, {})])).toBe(0);
    expect(firstDivergence([step([], {}, {}), step(["cost"], {}, {})])).toBe(-1);
  });
});

const run = (more: Partial<DiffRun>): DiffRun => ({ id: "r", status: "success", name: "", agent: null, started_at: null, duration_ms: 100, tokens_input: 10, tokens_output: null, cost: "0.01", steps: 2, errors: 0, runs: [], ...more });

it("says by how much the second differs", () => {
  const told = deltasOf({ a: run({}), b: run({ duration_ms: 310, tokens_input: 9, cost: "0.0104", errors: 1 }) }).map(({ label, share }) => `${label} ${shareText(share)}`);
  expect(told).toEqual(["Duration ×3.1", "Tokens in −10 %", "Tokens out ", "Cost +4.0 %", "Steps ±0 %", "Errors "]);
});

it("turns a comparison round", () => {
  const diff: RunDiff = { a: run({ id: "x" }), b: run({ id: null }), differences: [], same: 0, changed: 0, only_a: 1, only_b: 2, steps: [step([], {}, null)], truncated: false };
  const { a, b, only_a, steps } = swapped(diff);
  expect([a.id, b.id, only_a, steps[0]?.change, steps[0]?.a]).toEqual([null, "x", 2, "only_b", null]);
});
