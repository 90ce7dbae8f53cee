import type { Finding } from "./api";

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
