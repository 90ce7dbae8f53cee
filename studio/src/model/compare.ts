/** Two runs side by side: what became of each step, and where they first part. */
import type { DiffRun, RunDiff, Side, StepDiff } from "./api";

/** What became of a step from run A to run B, the most telling first. */
export type Change = "missing" | "added" | "failed" | "mended" | "slower" | "faster" | "dearer" | "cheaper" | "reordered" | "changed" | "same";

const grew = (before: number | string | null, after: number | string | null): number => {
  if (before === null || after === null) return 0;
  return Math.sign(Number(after) - Number(before));
};

/** In a word, what became of a step. */
export function changeOf({ change, differences, a, b }: StepDiff): Change {
  if (change === "only_a" || !b) return "missing";
  if (change === "only_b" || !a) return "added";
  if (change === "same") return "same";
  const has = (name: string): boolean => differences.includes(name);
  if (has("outcome") && a.outcome !== b.outcome) return b.outcome === "ok" ? "mended" : "failed";
  if (has("time")) return grew(a.duration_ms, b.duration_ms) < 0 ? "faster" : "slower";
  const cost = has("cost") ? grew(a.cost, b.cost) : 0;
  if (cost !== 0) return cost > 0 ? "dearer" : "cheaper";
  return has("order") ? "reordered" : "changed";
}

/** What parts two runs: how a step ended, what it gave, which came at all. Time alone does not, nor what ran side by side. */
const PARTING = new Set(["outcome", "output", "model", "name"]);

const parts = ({ change, differences }: StepDiff): boolean =>
  change === "only_a" || change === "only_b" || (change === "changed" && differences.some((name) => PARTING.has(name)));

/** Where the runs first part; -1 when they never do. The root sums up what is below it and does not count. */
export function firstDivergence(steps: readonly StepDiff[]): number {
  const below = steps.findIndex((step) => step.depth > 0 && parts(step));
  return below === -1 ? steps.findIndex(parts) : below;
}

export interface Delta {
  readonly label: string;
  readonly a: number | null;
  readonly b: number | null;
  /** Of B in parts of A: 0.25 is a quarter more. Null where it cannot be told. */
  readonly share: number | null;
  readonly unit: "ms" | "tokens" | "usd" | "count";
}

const deltaOf = (label: string, unit: Delta["unit"], a: number | null, b: number | null): Delta => ({
  label, unit, a, b, share: a === null || b === null || a === 0 ? null : (b - a) / a,
});

const money = (amount: string | null): number | null => (amount === null ? null : Number(amount));

export function deltasOf({ a, b }: { readonly a: DiffRun; readonly b: DiffRun }): readonly Delta[] {
  return [
    deltaOf("Duration", "ms", a.duration_ms, b.duration_ms),
    deltaOf("Tokens in", "tokens", a.tokens_input, b.tokens_input),
    deltaOf("Tokens out", "tokens", a.tokens_output, b.tokens_output),
    deltaOf("Cost", "usd", money(a.cost), money(b.cost)),
    deltaOf("Steps", "count", a.steps, b.steps),
    deltaOf("Errors", "count", a.errors, b.errors),
  ];
}

/** `+25 %`, `−4.2 %`, `×3.1`: what people read at a glance. */
export function shareText(share: number | null): string {
  if (share === null) return "";
  if (share >= 1) return `×${(share + 1).toFixed(1)}`;
  const percent = Math.abs(share * 100);
  if (percent < 0.05) return "±0 %";
  return `${share < 0 ? "−" : "+"}${percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}

/** The longer of two lengths, for bars that can be compared. */
export function longestOf(steps: readonly StepDiff[]): number {
  return steps.reduce((longest, { depth, a, b }) => (depth === 0 ? longest : Math.max(longest, lengthOf(a), lengthOf(b))), 1);
}

const lengthOf = (side: Side | null): number => side?.duration_ms ?? 0;

const turned = (change: string): string => ({ only_a: "only_b", only_b: "only_a" })[change] ?? change;

/** The comparison the other way round: a run is held against the median, and not the median against it. */
export function swapped(diff: RunDiff): RunDiff {
  const steps = diff.steps.map((step) => ({ ...step, change: turned(step.change), a: step.b, b: step.a }));
  return { ...diff, a: diff.b, b: diff.a, only_a: diff.only_b, only_b: diff.only_a, steps };
}
