/** A moment of a session in words, and what it selects in every tab. */
import { formatDuration } from "../base/time";
import { costOf } from "./cost";
import { developerLogOf, happened } from "./happening";
import { kindOf, messageOf, statusOf } from "./kinds";
import { bodyLine, levelOf } from "./level";
import type { Happening } from "./session-timeline";
import type { Moment, Run, RunError } from "./schema";

export interface Words {
  readonly glyph: string;
  readonly colour: string;
  readonly text: string;
  /** What is said beside it, in a quieter voice. */
  readonly detail: string;
  readonly who: string;
}

const saying = (error: RunError | null): string =>
  error === null ? "" : [error.type, messageOf(error.type, error.message)].filter((part) => part !== null && part !== "").join(": ");

function ofRun(run: Run, name: string, isEnd: boolean): Words {
  const status = statusOf(run.status);
  const { input, output } = run.tokens;
  const cost = costOf(run.cost, run.tokens).text;
  const took = run.duration_ms === null ? "" : formatDuration(run.duration_ms * 1e6);
  if (!isEnd) return { glyph: "▶", colour: "text-running", text: `${name} started`, detail: run.status === "running" ? "goes on" : "", who: name };
  const sums = [took, input === null && output === null ? "" : `${(input ?? 0) + (output ?? 0)} tok`, cost === "—" ? "" : cost];
  const ended = { success: "finished", error: "failed", lost: "was lost", cancelled: "was cancelled", suspended: "was suspended", running: "goes on" }[run.status];
  return { glyph: status.glyph, colour: status.colour, text: `${name} ${ended}`, detail: run.error ? saying(run.error) : sums.filter((part) => part !== "").join(" · "), who: name };
}

/** What a row says of a moment; `agents` are those of the runs. */
export function wordsOf({ moment, isError }: Happening, agents: ReadonlyMap<string, string>): Words {
  const { run, step, log, name } = moment;
  if (run) return ofRun(run, name, moment.type === "run.ended");
  if (step) {
    const took = formatDuration(step.duration_ms * 1e6);
    const text = step.error ? `${name} failed after ${took}` : `${name} took ${took}`;
    return { glyph: step.error ? "✗" : kindOf(step.kind).glyph, colour: step.error ? "text-error" : "text-muted", text, detail: saying(step.error), who: step.agent ?? agents.get(step.run) ?? "" };
  }
  if (log) {
    const level = levelOf(log.level);
    const told = developerLogOf(log);
    const [text, detail] = told
      ? [told.message || told.type, told.rest.map(([key, value]) => `${key}=${bodyLine(value)}`).join("  ")]
      : [bodyLine(log.body), ""];
    return { glyph: isError ? "✗" : log.level === "warn" ? "!" : "·", colour: level.colour, text, detail, who: log.service ?? "" };
  }
  const { glyph, text } = happened(moment.name, moment.data);
  return { glyph, colour: "text-muted", text, detail: "", who: "" };
}

export const SORTS = ["failures", "runs", "tools", "logs", "room"] as const;
export type Sort = (typeof SORTS)[number];

const SORT_OF: Readonly<Record<Moment["type"], Sort>> = { "run.started": "runs", "run.ended": "runs", step: "tools", log: "logs", developer_log: "logs", event: "room" };

/** Whether a moment is of a sort; a failure is of its own sort as well. */
export function isOf({ moment, isError }: Happening, sort: Sort): boolean {
  return sort === "failures" ? isError : SORT_OF[moment.type] === sort;
}

/** What is chosen, as the address names it; null is not named. */
export interface Selection {
  readonly at: string | null;
  readonly log: string | null;
  readonly run: string | null;
  readonly span: string | null;
}

/** What a click on a moment chooses: its time, its record, its run and the span to look at. */
export function selectionOf(moment: Moment): Selection {
  const { at, type, id, run, step, log } = moment;
  if (step) return { at, log: null, run: step.run, span: step.span_id };
  if (run) return { at, log: null, run: run.id, span: type === "run.ended" ? (run.error?.span_id ?? null) : null };
  return { at, log: id, run: log?.run ?? log?.trace_id ?? null, span: log?.span_id ?? null };
}

/** The place in the list of what is chosen; -1 when the address names a time at which nothing happened, or none. */
export function placeOf(list: readonly Happening[], chosen: Selection): number {
  if (chosen.at === null) return -1;
  const isAt = ({ moment }: Happening): boolean => moment.at === chosen.at;
  const own = list.findIndex((each) => {
    if (!isAt(each)) return false;
    const { log, run, span } = selectionOf(each.moment);
    return log === chosen.log && run === chosen.run && span === chosen.span;
  });
  return own === -1 ? list.findIndex(isAt) : own;
}
