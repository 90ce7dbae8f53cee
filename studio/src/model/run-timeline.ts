/** What happened in a run, in order: its steps, what its process told of itself, its exporters, what was found. */
import { formatCount } from "../base/format";
import { parseNanos } from "../base/time";
import type { Finding, Log, Run, SpanFields } from "./api";
import { labelOfFinding } from "./findings";
import type { SpanSet } from "./spans";
import { readValue } from "./value";

/** `said` is what a run's process told by an event, `plugin` what an exporter or the runner reported. */
export type EventKind = "run" | "agent" | "llm" | "tool" | "step" | "said" | "stream" | "result" | "error" | "plugin" | "finding";

export const EVENT_KINDS: readonly EventKind[] = ["run", "agent", "llm", "tool", "step", "said", "stream", "result", "error", "plugin", "finding"];

export interface RunEvent {
  readonly id: string;
  /** Nanoseconds since 1970. */
  readonly at: bigint;
  /** The place among the events of a process, which its times need not keep. */
  readonly place: number;
  readonly kind: EventKind;
  readonly name: string;
  readonly text: string;
  readonly isError: boolean;
  /** Of a step: how long it took, null while it runs. Of anything else undefined. */
  readonly durationNs?: number | null;
  readonly spanId: string | null;
  /** The record that tells it, as it came. */
  readonly log: Log | null;
  /** Anybody who can print could have told it: it did not come by the runner's own pipe. */
  readonly isUnverified: boolean;
}

const STEP_KINDS: Readonly<Record<string, EventKind>> = { agent: "agent", llm: "llm", tool: "tool" };
const QUIET_KINDS = new Set(["internal", "io", "chain", "room"]);

const textAttribute = (log: Log, key: string): string => {
  const value = log.attributes.find((attribute) => attribute.key === key)?.value;
  return typeof value === "string" ? value : value === undefined || value === null ? "" : String(value);
};

function aboutOf({ state, status, error_type, tokens_input, tokens_output }: SpanFields): string {
  if (state === "lost") return "was lost: its process went silent";
  if (status === "error") return `failed${error_type ? `: ${error_type}` : ""}`;
  if (tokens_input === null && tokens_output === null) return "";
  return `${formatCount(tokens_input)} tokens in, ${formatCount(tokens_output)} out`;
}

/** A step with both of its ends: a call and what came of it are one line. Quiet ones only when they failed. */
function stepOf(span: SpanFields, origin: bigint): RunEvent | null {
  const isError = span.status === "error";
  if (QUIET_KINDS.has(span.kind) && !isError) return null;
  return {
    id: `span ${span.span_id}`, at: origin + BigInt(Math.round(span.start_ns)), place: 0, kind: STEP_KINDS[span.kind] ?? "step",
    name: span.tool ?? span.model ?? span.name, text: aboutOf(span), isError, durationNs: span.duration_ns, spanId: span.span_id, log: null, isUnverified: false,
  };
}

const SAID: Readonly<Record<string, EventKind>> = { delta: "stream", final: "result", error: "error", internal_run_finished: "run" };

function contentOf(log: Log): string {
  const body = readValue(log.body);
  if (typeof body !== "object" || body === null) return typeof log.body === "string" ? log.body : "";
  const { type, content, ...rest } = body as Readonly<Record<string, unknown>>;
  if (typeof content === "string") return log.event_name === "fanlight.run.event" && type === "delta" ? content : content.trim();
  return JSON.stringify(content === undefined ? rest : content);
}

function toldOf(log: Log): RunEvent | null {
  const at = parseNanos(log.time);
  if (at === null) return null;
  const shared = { id: `log ${log.id}`, at, spanId: log.span_id, log } as const;
  if (log.event_name !== "fanlight.run.event") {
    const isError = log.level === "error" || log.level === "warn" || log.level === "fatal";
    const name = textAttribute(log, "fanlight.exporter.name") || (log.event_name ?? "").replace("fanlight.run.", "");
    return { ...shared, place: 0, kind: "plugin", name, text: typeof log.body === "string" ? log.body : JSON.stringify(log.body), isError, isUnverified: false };
  }
  const type = textAttribute(log, "fanlight.event.type");
  return {
    ...shared, place: Number(textAttribute(log, "fanlight.event.seq")) || 0, kind: SAID[type] ?? "said", name: type, text: contentOf(log), isError: type === "error",
    isUnverified: textAttribute(log, "fanlight.event.verified") === "false",
  };
}

/** Pieces that were streamed one after the other stand as one line. */
function gathered(events: readonly RunEvent[]): RunEvent[] {
  const found: RunEvent[] = [];
  let pieces = 0;
  for (const event of events) {
    const last = found.at(-1);
    if (event.kind === "stream" && last?.kind === "stream") {
      pieces += 1;
      found[found.length - 1] = { ...last, text: last.text + event.text, name: `${pieces} pieces` };
    } else {
      pieces = 1;
      found.push(event);
    }
  }
  return found;
}

function ofFinding(finding: Finding): RunEvent | null {
  const at = parseNanos(finding.since);
  return at === null ? null : { id: `finding ${finding.id}`, at, place: 0, kind: "finding", name: labelOfFinding(finding), text: finding.statement, isError: true, spanId: finding.span_ids[0] ?? null, log: null, isUnverified: false };
}

function endsOf(run: Run): RunEvent[] {
  const base = { kind: "run", place: 0, spanId: run.root_span_id, log: null, isUnverified: false } as const;
  const began = parseNanos(run.started_at);
  const ended = run.ended_at === null ? null : parseNanos(run.ended_at);
  const about = [run.error?.type, run.error?.message].filter(Boolean).join(": ");
  return [
    ...(began === null ? [] : [{ ...base, id: "began", at: began, name: "started", text: run.name, isError: false, place: -1 }]),
    ...(ended === null ? [] : [{ ...base, id: "ended", at: ended, name: run.status, text: about, isError: run.status === "error" || run.status === "lost", place: Number.MAX_SAFE_INTEGER }]),
  ];
}

const present = <T>(value: T | null): value is T => value !== null;

/** Everything that happened, the earliest first. */
export function timelineOf(run: Run, set: SpanSet | null, told: readonly Log[]): readonly RunEvent[] {
  // Events of a process keep their own order: clocks of two of its threads need not.
  const said = [...new Map(told.map((log) => [log.id, log])).values()].map(toldOf).filter(present);
  const steps = set ? [...set.spans.values()].map((span) => stepOf(span, set.origin)).filter(present) : [];
  const all = [...endsOf(run), ...steps, ...said, ...run.findings.map(ofFinding).filter(present)];
  const sorted = all.toSorted((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : left.place - right.place || (left.id < right.id ? -1 : 1)));
  return gathered(sorted);
}

/** How many events there are of each kind, those that there are. */
export function countKinds(events: readonly RunEvent[]): readonly (readonly [EventKind, number])[] {
  const counts = new Map<EventKind, number>();
  for (const { kind } of events) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return EVENT_KINDS.flatMap((kind) => (counts.has(kind) ? [[kind, counts.get(kind) ?? 0] as const] : []));
}
