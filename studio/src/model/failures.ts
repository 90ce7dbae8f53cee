/** Runs that failed, by what they failed of. */
import type { Run } from "./api";
import { addTerm, quoteValue } from "./filter";
import { messageOf } from "./kinds";

export interface Cause {
  readonly key: string;
  /** The error's type; null where it has none. */
  readonly type: string | null;
  readonly message: string;
  readonly runs: number;
  readonly agents: readonly string[];
  /** The newest run that failed so: the first place to look. */
  readonly newest: Run;
}

const LOST = "its process went silent";
const UNSAID = "no message";

/** The words of a message without what differs from run to run: numbers, ids, what is in quotes, times. */
export function shapeOf(message: string): string {
  return message
    .replace(/"[^"]*"|'[^']*'|`[^`]*`/g, "…")
    .replace(/\b(?:0x)?[0-9a-f]{8,}(?:-[0-9a-f]{4,})*\b/gi, "…")
    .replace(/\d+(?:[.:,]\d+)*/g, "…")
    .slice(0, 300);
}

/** The causes of `runs` (the newest first), the most frequent first; equals by the newest. */
export function causesOf(runs: readonly Run[]): Cause[] {
  const found = new Map<string, { cause: Cause; agents: Set<string> }>();
  for (const run of runs) {
    const message = (run.error ? messageOf(run.error.type, run.error.message) : "") || (run.status === "lost" ? LOST : UNSAID);
    const type = run.error?.type ?? null;
    const key = `${type ?? ""}\n${shapeOf(message)}`;
    const known = found.get(key) ?? { cause: { key, type, message, runs: 0, agents: [], newest: run }, agents: new Set<string>() };
    if (run.agent !== null) known.agents.add(run.agent);
    found.set(key, { ...known, cause: { ...known.cause, runs: known.cause.runs + 1 } });
  }
  return [...found.values()].map(({ cause, agents }) => ({ ...cause, agents: [...agents].toSorted() })).toSorted((left, right) => right.runs - left.runs);
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** The filter of the runs that failed so: by the error's type, else by the words of the message that stay. */
export function filterOf({ type, message }: Cause): string {
  const failed = "status:error,lost";
  if (type !== null) return addTerm(failed, `error:${quoteValue(type)}`);
  if (message === LOST) return "status:lost";
  if (message === UNSAID) return failed;
  return addTerm(failed, `error:~${quoteValue(shapeOf(message).split("…").map(escaped).join(".*"))}`);
}
