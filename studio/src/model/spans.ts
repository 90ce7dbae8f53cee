import { parseNanos } from "../base/time";
import type { LiveSpan, SpanColumns, SpanFields, TraceStructure } from "./api";

/** The spans of one trace with the moment that their starts count from. Replaced as a whole, never changed. */
export interface SpanSet {
  readonly traceId: string;
  /** Nanoseconds since 1970 that `start_ns` counts from. */
  readonly origin: bigint;
  readonly spans: ReadonlyMap<string, SpanFields>;
  /** What the server holds; more than `spans.size` when the answer was cut. */
  readonly total: number;
}

/** Rows out of columns. Each is written out whole: objects that grow field by field take several times as long. */
export function rowsOf(columns: SpanColumns): SpanFields[] {
  const {
    span_id, parent_span_id, name, kind, span_kind, status, state, start_ns, duration_ns, service, agent, model, tool, tokens_input, tokens_output, cost,
    error_type, event_count, has_content, agent_inherited, wrapper, finish_reason, first_token_ns, flags,
  } = columns;
  return span_id.map((id, at) => ({
    span_id: id, parent_span_id: parent_span_id[at] ?? null, name: name[at] ?? "", kind: kind[at] ?? "", span_kind: span_kind[at] ?? "", status: status[at] ?? "", state: state[at] ?? "",
    start_ns: start_ns[at] ?? 0, duration_ns: duration_ns[at] ?? null, service: service[at] ?? null, agent: agent[at] ?? null, model: model[at] ?? null, tool: tool[at] ?? null,
    tokens_input: tokens_input[at] ?? null, tokens_output: tokens_output[at] ?? null, cost: cost[at] ?? null, error_type: error_type[at] ?? null,
    event_count: event_count[at] ?? 0, has_content: has_content[at] ?? false, agent_inherited: agent_inherited[at] ?? false, wrapper: wrapper[at] ?? false,
    finish_reason: finish_reason[at] ?? null, first_token_ns: first_token_ns[at] ?? null, flags: flags[at] ?? [],
  }));
}

export function spanSetOf(structure: TraceStructure): SpanSet {
  return {
    traceId: structure.trace_id,
    origin: parseNanos(structure.started_at) ?? 0n,
    spans: new Map(rowsOf(structure.columns).map((span) => [span.span_id, span])),
    total: structure.span_count,
  };
}

/** An open span never replaces a finished one: the stream may bring them in either order. */
function supersedes(next: SpanFields, present: SpanFields | undefined): boolean {
  if (present === undefined) return true;
  return present.state !== "finished" || next.state === "finished";
}

/** `set` with the spans that arrived. Spans of another trace are left out. Merging twice changes nothing. */
export function mergeSpans(set: SpanSet, arrived: readonly LiveSpan[]): SpanSet {
  // A copy of a large trace takes its time.
  if (arrived.length === 0) return set;
  const spans = new Map(set.spans);
  let total = set.total;
  for (const span of arrived) {
    if (span.trace_id !== set.traceId) continue;
    const present = spans.get(span.span_id);
    if (!supersedes(span, present)) continue;
    if (present === undefined) total += 1;
    const start = parseNanos(span.started_at);
    spans.set(span.span_id, { ...span, start_ns: start === null ? span.start_ns : Number(start - set.origin) });
  }
  return { ...set, spans, total };
}

/** What was fetched, with what arrived meanwhile and the answer does not hold yet. */
export function mergeFetched(present: SpanSet | null, fetched: SpanSet): SpanSet {
  if (present === null || present.traceId !== fetched.traceId) return fetched;
  const spans = new Map(fetched.spans);
  const shift = Number(present.origin - fetched.origin);
  for (const [id, span] of present.spans) {
    const other = spans.get(id);
    if (other === undefined || (other.state !== "finished" && span.state === "finished")) {
      spans.set(id, { ...span, start_ns: span.start_ns + shift });
    }
  }
  return { ...fetched, spans, total: Math.max(fetched.total, spans.size) };
}
