/** The shapes of the API: the mirror of fanlight/model/*.py, field for field. */
import type { Content } from "./content";

export type RunStatus = "running" | "success" | "error" | "suspended" | "cancelled" | "lost";

export interface Tokens {
  readonly input: number | null;
  readonly output: number | null;
  readonly cache_read: number | null;
  readonly cache_write: number | null;
  readonly reasoning: number | null;
}

/** Money as a decimal string; `unpriced_tokens` counts the tokens that no price was known for. */
export interface Cost {
  readonly amount: string | null;
  readonly currency: string;
  readonly unpriced_tokens: number | null;
}

/** A loop or standstill of a run; the newest word of `id` holds. */
export interface Finding {
  readonly id: string;
  readonly run_id: string;
  readonly kind: string;
  readonly state: string;
  readonly at: string;
  readonly since: string;
  readonly statement: string;
  readonly times: number | null;
  readonly names: readonly string[];
  readonly span_ids: readonly string[];
}

export interface Run {
  readonly id: string;
  readonly trace_id: string;
  readonly name: string;
  readonly status: RunStatus;
  readonly agent: string | null;
  readonly service: string | null;
  readonly room: string | null;
  readonly session: string | null;
  readonly user: string | null;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly duration_ms: number | null;
  readonly tokens: Tokens;
  readonly cost: Cost;
  readonly models: readonly string[];
  readonly error: { readonly type: string | null; readonly message: string | null; readonly span_id: string | null } | null;
  readonly span_count: number;
  readonly error_count: number;
  readonly llm_count: number;
  readonly tool_count: number;
  readonly root_span_id: string | null;
  /** Empty in lists. */
  readonly findings: readonly Finding[];
  readonly input: string | null;
  readonly output: string | null;
}

/** One span of a trace's structure; `TraceStructure.columns` holds a list of each field. */
export interface SpanFields {
  readonly span_id: string;
  readonly parent_span_id: string | null;
  readonly name: string;
  readonly kind: string;
  readonly span_kind: string;
  readonly status: string;
  readonly state: string;
  readonly start_ns: number;
  readonly duration_ns: number | null;
  readonly service: string | null;
  readonly agent: string | null;
  readonly model: string | null;
  readonly tool: string | null;
  readonly tokens_input: number | null;
  readonly tokens_output: number | null;
  readonly cost: string | null;
  readonly error_type: string | null;
  readonly event_count: number;
  readonly has_content: boolean;
  /** The agent is that of the nearest ancestor. Known of a whole trace only, as are `wrapper` and `flags`. */
  readonly agent_inherited?: boolean;
  readonly wrapper?: boolean;
  readonly finish_reason?: string | null;
  readonly first_token_ns?: number | null;
  readonly flags?: readonly string[];
}

export type SpanColumns = { readonly [Field in keyof SpanFields]-?: readonly Exclude<SpanFields[Field], undefined>[] };

export interface TraceStructure {
  readonly trace_id: string;
  readonly run_id: string;
  readonly started_at: string;
  readonly duration_ns: number;
  readonly span_count: number;
  readonly truncated: boolean;
  readonly columns: SpanColumns;
}

/** A span as the stream brings it: one row of the columns, with an absolute start. */
export interface LiveSpan extends SpanFields {
  readonly trace_id: string;
  readonly run_id: string;
  readonly started_at: string;
}

export interface Attribute {
  readonly key: string;
  readonly type: string;
  readonly value: unknown;
}

export interface SpanEvent {
  readonly time: string;
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly dropped_attributes_count: number;
}

export interface SpanLink {
  readonly trace_id: string;
  readonly span_id: string;
  readonly trace_state: string;
  readonly attributes: readonly Attribute[];
  readonly flags: number;
  readonly dropped_attributes_count: number;
}

export interface SpanPrice {
  readonly provider: string;
  readonly model: string;
  readonly source: string;
  readonly version: string;
}

/** One line of a cost's arithmetic; `text` is for people: "1,200 input x $2.50/M". */
export interface CostTerm {
  readonly kind: string;
  readonly tokens: number;
  readonly price: string;
  readonly amount: string;
  readonly text: string;
}

export interface SpanCost {
  readonly amount: string | null;
  readonly currency: string;
  readonly source: string | null;
  readonly price_id: string | null;
  readonly unpriced: string | null;
  readonly reported: string | null;
  readonly reported_currency: string | null;
  /** The price that the amount was computed by, and the terms whose sum it is. */
  readonly price: SpanPrice | null;
  readonly terms: readonly CostTerm[];
}

export interface Span {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id: string | null;
  readonly name: string;
  readonly kind: string;
  readonly span_kind: string;
  readonly status: string;
  readonly status_message: string;
  readonly state: string;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly start_ns: string;
  readonly end_ns: string;
  readonly duration_ns: number | null;
  readonly service: string | null;
  readonly agent: string | null;
  readonly model: string | null;
  readonly provider: string | null;
  readonly tool: string | null;
  readonly session: string | null;
  readonly user: string | null;
  readonly room: string | null;
  readonly operation: string | null;
  readonly dialect: string | null;
  readonly tokens: Readonly<Record<string, number | null>>;
  readonly finish_reason: string | null;
  readonly first_token_ns: number | null;
  readonly cost: SpanCost | null;
  readonly error_type: string | null;
  readonly trace_state: string;
  readonly span_flags: number;
  readonly scope_name: string;
  readonly scope_version: string;
  readonly scope_attributes: readonly Attribute[];
  readonly resource_attributes: readonly Attribute[];
  readonly attributes: readonly Attribute[];
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  readonly dropped_attributes_count: number;
  readonly dropped_events_count: number;
  readonly dropped_links_count: number;
  readonly flags: readonly string[];
  /** None when it was not asked for. */
  readonly content: Content | null;
}

export interface Log {
  readonly id: string;
  readonly time: string;
  readonly observed_at: string | null;
  readonly level: string | null;
  readonly severity_number: number;
  readonly severity_text: string;
  readonly body: unknown;
  readonly truncated: boolean;
  readonly event_name: string | null;
  readonly trace_id: string | null;
  readonly span_id: string | null;
  readonly run: string | null;
  readonly service: string | null;
  readonly room: string | null;
  readonly session: string | null;
  readonly scope_name: string | null;
  readonly attributes: readonly Attribute[];
  readonly resource_attributes: readonly Attribute[];
}

/** `GET /runs/{id}/failure`; `chain` leads from the cause to the symptom. */
export interface Failure {
  readonly run_id: string;
  readonly trace_id: string;
  readonly status: string;
  readonly verdict: "failed" | "suspicious" | "no failure found";
  readonly cause: (Statement & { readonly confidence: string }) | null;
  readonly symptom: Statement | null;
  readonly chain: readonly { readonly span_id: string; readonly name: string; readonly statement: string }[];
  readonly retries: readonly Retry[];
  readonly notes: readonly Statement[];
  readonly next: string | null;
  readonly truncated: boolean;
}

export interface Statement {
  readonly kind: string;
  readonly statement: string;
  readonly span_id: string | null;
  readonly log_id: string | null;
}

export interface Retry {
  readonly name: string;
  readonly attempts: number;
  readonly outcome: string;
  readonly statement: string;
  readonly span_ids: readonly string[];
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface Stats {
  readonly spans: number;
  readonly traces: number;
  readonly runs: number;
  readonly logs: number;
  readonly metric_points: number;
}

/** A request that was refused whole or in part. */
export interface Refusal {
  readonly time: string;
  readonly signal: string | null;
  readonly reason: string;
  readonly status: number;
  readonly bytes: number;
}

/** `GET /health`: what became of the telemetry; `refusals` newest first. */
export interface Ledger {
  readonly refusals: readonly Refusal[];
}

export interface ServerInfo {
  readonly version: string;
  readonly epoch: string;
  readonly mode: string;
  readonly otlp_http: string | null;
  readonly otlp_grpc: string | null;
}

export interface Project {
  readonly name: string;
}

/** One announced change, as the stream brings it. */
export type LiveEvent = { readonly topics: readonly string[]; readonly seq: string } & (
  | { readonly type: "run"; readonly data: Run }
  | { readonly type: "finding"; readonly data: Finding }
  | { readonly type: "span"; readonly data: LiveSpan }
  | { readonly type: "log"; readonly data: Log }
  | { readonly type: "developer_log"; readonly data: DeveloperLog }
  | { readonly type: "room_event" | "service"; readonly data: RoomHappening }
  | { readonly type: "metric"; readonly data: unknown }
);

/** What somebody who builds an agent wanted to see; `data` is an object or text. */
export interface DeveloperLog {
  readonly id: string;
  readonly time: string;
  readonly type: string;
  readonly level: string | null;
  readonly data: unknown;
  readonly truncated: boolean;
  readonly room: string | null;
  readonly session: string | null;
  readonly service: string | null;
  readonly trace_id: string | null;
  readonly span_id: string | null;
  readonly run: string | null;
}

/** What happened to a room, its participants or its services. */
export interface RoomHappening {
  readonly id: string;
  readonly time: string;
  readonly type: string;
  readonly room: string | null;
  readonly session: string | null;
  readonly data: unknown;
}

export interface Gap {
  readonly reason: string;
  readonly after: string;
  readonly next: string;
  readonly missed: number | null;
}
