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
  readonly cost: { readonly amount: string | null; readonly currency: string; readonly unpriced_tokens: number | null };
  readonly models: readonly string[];
  readonly error: { readonly type: string | null; readonly message: string | null; readonly span_id: string | null } | null;
  readonly span_count: number;
  readonly error_count: number;
  readonly llm_count: number;
  readonly tool_count: number;
  readonly root_span_id: string | null;
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

export interface SpanCost {
  readonly amount: string | null;
  readonly currency: string;
  readonly source: string | null;
  readonly price_id: string | null;
  readonly unpriced: string | null;
  readonly reported: string | null;
  readonly reported_currency: string | null;
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
  | { readonly type: "span"; readonly data: LiveSpan }
  | { readonly type: "log"; readonly data: Log }
  | { readonly type: "metric"; readonly data: unknown }
);

export interface Gap {
  readonly reason: string;
  readonly after: string;
  readonly next: string;
}
