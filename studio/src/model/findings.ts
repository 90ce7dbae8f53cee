import { parseMillis } from "../base/time";
import type { Finding } from "./api";
import { type Range, momentOf } from "./range";

/** A finding in a word or two, for a mark; its statement says the rest. */
export function labelOfFinding({ kind, times }: Finding): string {
  if (kind === "stuck") return "stuck";
  return times === null ? "loop" : `loop ×${times}`;
}

/** Findings by the run that they are of, the newest word on each. */
export function findingsByRun(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const found = new Map<string, Finding[]>();
  for (const finding of findings) {
    const known = found.get(finding.run_id);
    if (known) known.push(finding);
    else found.set(finding.run_id, [finding]);
  }
  return found;
}

const place = ({ state }: Finding): number => (state === "open" ? 0 : 1);

/** What goes on, and what was over within the range: the open ones first, then the newest word. */
export function worthSeeing(findings: readonly Finding[], range: Range, now: number): Finding[] {
  const [from, to] = [momentOf(range.from, now) ?? now, momentOf(range.to, now) ?? now];
  const isIn = ({ at }: Finding): boolean => parseMillis(at) >= from && parseMillis(at) <= to;
  return findings.filter((finding) => finding.state === "open" || isIn(finding)).toSorted((left, right) => place(left) - place(right) || parseMillis(right.at) - parseMillis(left.at));
}
