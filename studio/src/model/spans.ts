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

/** Rows out of columns. */
export function rowsOf(columns: SpanColumns): SpanFields[] {
  const fields = Object.keys(columns) as (keyof SpanFields)[];
  return columns.span_id.map((_, index) => {
    const row: Record<string, unknown> = {};
    for (const field of fields) row[field] = columns[field][index];
    return row as unknown as SpanFields;
  });
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
