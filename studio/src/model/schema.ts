/** The shapes of the API. Written by scripts/reference from the code: run `make docs`. */

/** So many events are durable. Those whose id was there before change nothing. */
export interface Accepted {
  readonly accepted: number;
}

/**
 * The runs of `name` that were asked about, together: their number, their sums, their times.
 *
 * `first_at` is when the first one started, `last_at` when something was last heard of one. `status` is that
 * of the newest run, or running while any is; `errors` counts runs that failed or were lost. `agents`,
 * `room` and `user` are those of its runs, the newest one's where there can be but one.
 */
export interface Activity {
  readonly name: string;
  readonly status: RunStatus;
  readonly first_at: string;
  readonly last_at: string;
  readonly runs: number;
  readonly running: number;
  readonly errors: number;
  readonly tokens: Tokens;
  readonly cost: Cost;
  readonly median: Medians;
  readonly p95_ms: number | null;
  readonly agents: readonly string[];
  readonly room: string | null;
  readonly user: string | null;
}

/**
 * An agent that was heard of, and what its runs came to.
 *
 * `pricing` is told of one alone, when its author published a price tag; so are its `versions`, the newest
 * first, at most a hundred.
 */
export interface Agent {
  readonly name: string;
  readonly first_seen_at: string;
  readonly last_seen_at: string;
  readonly activity: Activity | null;
  readonly pricing: AgentPricing | null;
  readonly versions: readonly AgentVersion[];
}

/** One run. `input_payload` is what went in, with a `message` that is a text. */
export interface AgentLog {
  readonly created_at: string;
  readonly status: string;
  readonly input_payload: Readonly<Record<string, unknown>> | null;
  readonly error_message: string | null;
  readonly run_id: string;
}

/** Runs, newest first. */
export interface AgentLogs {
  readonly logs: readonly AgentLog[];
}

/**
 * A price tag: `amount` as a decimal text, for each `billing_period` of a subscription.
 *
 * It is what the agent's author wrote; what was really charged is in its billing events. `trial_days` is
 * None without a trial.
 */
export interface AgentPricing {
  readonly model: "free" | "one_time" | "subscription";
  readonly amount: string | null;
  readonly currency: string;
  readonly billing_period: string | null;
  readonly trial_days: number | null;
}

/** A variable of an agent, without its value: who set it last, and when. */
export interface AgentVariable {
  readonly name: string;
  readonly updated_at: string;
  readonly updated_by: string;
}

/** A version that was published here: who did it, and when. */
export interface AgentVersion {
  readonly version: string;
  readonly published_by: string;
  readonly created_at: string;
}

/**
 * One attribute as it came. `type` is OTLP's: string bool int double array kvlist bytes, or empty.
 *
 * Integers beyond 2^53 - 1 are decimal strings, NaN and infinities the strings "NaN", "Infinity" and
 * "-Infinity", bytes are base64. A key that came twice stands twice.
 */
export interface Attribute {
  readonly key: string;
  readonly type: string;
  readonly value: unknown;
}

export interface Audio {
  readonly type: "audio";
  readonly mime: string | null;
  readonly name: string | null;
  readonly uri: string | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
}

/** Something that was done. `hash` covers the entry and the hash of the one before. */
export interface AuditEntry {
  readonly seq: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly project: string | null;
  readonly target: string;
  readonly address: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly hash: string;
}

/**
 * A backup of the server. `bytes` is what it holds, `done_bytes` how much of that is written.
 *
 * `cut_at` is the moment that it shows (RFC 3339, UTC), `rows` are those of the store's tables. `error` says
 * why it failed, or what is wrong with the one on disk. `expires_at` is when the server removes it.
 */
export interface Backup {
  readonly name: string;
  readonly state: BackupState;
  readonly path: string;
  readonly cut_at: string;
  readonly bytes: number;
  readonly done_bytes: number;
  readonly rows: number;
  readonly with_logins: boolean;
  readonly fanlight: string;
  readonly error: string | null;
  readonly expires_at: string | null;
}

/** How far a backup is. */
export type BackupState = "complete" | "failed" | "running";

/** One billing event as it counts. Texts that nobody gave are None. */
export interface BillingLine {
  readonly id: string;
  readonly kind: string;
  readonly amount: string;
  readonly currency: string;
  readonly customer: string | null;
  readonly run: string | null;
  readonly span_id: string | null;
  readonly agent: string | null;
  readonly description: string | null;
  readonly occurred_at: string;
  readonly received_at: string;
  readonly verified: boolean;
}

/**
 * What one series measured in one interval that starts at `at`. What a type does not have is None.
 *
 * `value`: sums = increase in the interval (non-monotonic: last level), gauges = last. Histograms give
 * count, sum, min, max and percentiles read off the merged buckets.
 */
export interface Bucket {
  readonly at: string;
  readonly value: number | null;
  readonly count: number | null;
  readonly sum: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/**
 * A budget; `name` is unique in its project. `subject` names the agent or room, empty for a project.
 *
 * `limit` is a decimal number as text.
 */
export interface Budget {
  readonly name: string;
  readonly scope: BudgetScope;
  readonly subject: string;
  readonly period: Period;
  readonly unit: Unit;
  readonly limit: string;
  readonly created_at: string;
}

/** Whose use a budget limits. */
export type BudgetScope = "agent" | "project" | "room";

/** The first thing that went wrong. `confidence` is high, medium or low. */
export interface Cause {
  readonly kind: string;
  readonly statement: string;
  readonly confidence: string;
  readonly span_id: string | null;
  readonly log_id: string | null;
}

/** The body of every answer of 400 and above on Charm's routes. */
export interface CharmError {
  readonly error: string;
}

/**
 * What a span carries. `source` names, for each field that is set, the attribute or event it came from.
 *
 * `truncated`: there was more than is shown here; the raw attributes have it. `withheld`: what was
 * said was taken out before the span was stored.
 */
export interface Content {
  readonly system: readonly (Text | Reasoning | Image | Audio | Video | File | Media | Json | ToolCall | ToolResult)[];
  readonly input: readonly Message[];
  readonly output: readonly Message[];
  readonly tools: readonly ToolDefinition[];
  readonly tool_call: ToolUse | null;
  readonly documents: readonly Document[];
  readonly query: unknown;
  readonly source: Readonly<Record<string, string>>;
  readonly truncated: boolean;
  readonly withheld: boolean;
}

/** Money as a decimal string. `unpriced_tokens` counts the tokens that no price was known for. */
export interface Cost {
  readonly amount: string | null;
  readonly currency: string;
  readonly unpriced_tokens: number | null;
}

/**
 * One line of a cost's arithmetic, as `text` for people: "1,200 input x $2.50/M".
 *
 * `price` is that of `per` tokens, requests or uses of a tool; `tokens` is how many there were.
 */
export interface CostTerm {
  readonly kind: string;
  readonly tokens: number;
  readonly price: string;
  readonly amount: string;
  readonly text: string;
  readonly per: number;
}

/** A new invite; `token` is told this once. */
export interface CreatedInvite {
  readonly invite: Invite;
  readonly token: string;
}

/** A new key; `secret` is its whole text and is told this once. */
export interface CreatedKey {
  readonly key: Key;
  readonly secret: string;
}

/** `GET /runs/{id}/debugging`. `input` is None when nothing went in, `published` when the agent is not. */
export interface Debugging {
  readonly run_id: string;
  readonly input: SameInput | null;
  readonly published: PublishedAgent | null;
  readonly variables: readonly NeededVariable[];
}

/**
 * One deletion and its report. Times are RFC 3339 in UTC.
 *
 * What was asked for is in `run`, `session`, `user`, `since` and `until`, None where it was not given; when
 * it is done `user` is `sha256:` and the hash of what was given, so that the report names nobody. `removed`
 * are the rows that went, by table. `backups` are those on the server's disk that were made before, and hold
 * it until they are removed.
 */
export interface Deletion {
  readonly id: string;
  readonly state: DeletionState;
  readonly asked_at: string;
  readonly asked_by: string;
  readonly run: string | null;
  readonly session: string | null;
  readonly user: string | null;
  readonly since: string | null;
  readonly until: string | null;
  readonly removed: Readonly<Record<string, number>>;
  readonly unreadable_at: string | null;
  readonly gone_at: string | null;
  readonly backups: readonly string[];
  readonly error: string | null;
}

/** How far a deletion is. */
export type DeletionState = "failed" | "gone" | "unreadable" | "waiting";

/**
 * A developer log as it is shown. `id` is that of its log record; `data` is an object or text.
 *
 * `level` is the level that `type` stands for, info for a type of its own. `service` is who wrote it: the
 * participant of the room, or the service of the telemetry.
 */
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

/** The terminal that shows a code. */
export interface Device {
  readonly user_code: string;
  readonly label: string;
}

/** What became of a terminal: `token` is None while it waits. */
export interface DeviceLogin {
  readonly token: string | null;
  readonly name: string | null;
}

/** A run as a whole. Of a median `id` is None, and `runs` names those that it is of. */
export interface DiffRun {
  readonly id: string | null;
  readonly status: string;
  readonly name: string;
  readonly agent: string | null;
  readonly started_at: string | null;
  readonly duration_ms: number | null;
  readonly tokens_input: number | null;
  readonly tokens_output: number | null;
  readonly cost: string | null;
  readonly steps: number;
  readonly errors: number;
  readonly runs: readonly string[];
}

/**
 * `GET /disk`. Everything but the project's own shares is for administrators of the server alone.
 *
 * `bytes` is the whole store, `free_bytes` what its disk has left. `days_left` is how long that lasts if as
 * much comes in every day as in the last 24 hours and nothing is removed; None while nothing comes in.
 */
export interface Disk {
  readonly shares: readonly DiskShare[];
  readonly bytes: number | null;
  readonly free_bytes: number | null;
  readonly total_bytes: number | null;
  readonly days_left: number | null;
}

/**
 * The disk with the least room for telemetry. `free_bytes` is for administrators of the server alone.
 *
 * Below `low_bytes` the state is low, below `stop_bytes` full; of a small disk both are a part of it.
 */
export interface DiskRoom {
  readonly state: DiskState;
  readonly low_bytes: number;
  readonly stop_bytes: number;
  readonly free_bytes: number | null;
}

/**
 * What one signal of a project takes up. `project` is None for all projects that the caller is not in.
 *
 * Tables hold the rows of all projects together, so `bytes` is a project's part of them by its number of
 * rows. `bytes_a_day` is the part of that which came in within the last 24 hours.
 */
export interface DiskShare {
  readonly project: string | null;
  readonly signal: Signal;
  readonly rows: number;
  readonly bytes: number;
  readonly bytes_a_day: number;
}

/** Whether telemetry finds room: `ok`; `low`, soon no more; `full`, it is refused until there is some. */
export type DiskState = "full" | "low" | "ok";

/** What a retriever or reranker found. */
export interface Document {
  readonly id: string | null;
  readonly text: string | null;
  readonly score: number | null;
  readonly metadata: unknown;
}

/** The body of every answer of 400 and above. */
export interface Error {
  readonly error: ErrorDetail;
}

/** What went wrong, and what to do next. `request_id` finds it in the server's log. */
export interface ErrorDetail {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly request_id: string;
}

/**
 * What an agent's process last said of an exporter.
 *
 * `state` is starting, healthy, open, half_open, stopped or failed; `place` is process or thread. Counts are
 * those of that process, null when it did not tell. `last_error` is the newest of any report.
 */
export interface ExporterReport {
  readonly at: string;
  readonly state: string;
  readonly place: string | null;
  readonly error: string | null;
  readonly delivered: number | null;
  readonly dropped: number | null;
  readonly restarts: number | null;
  readonly run: string | null;
  readonly service: string | null;
  readonly last_error: string | null;
  readonly last_error_at: string | null;
}

/**
 * `GET /runs/{id}/failure`. `chain` leads from the cause to the symptom; `next` is what a person can do.
 *
 * `truncated`: only the earliest spans of a very large run were looked at.
 */
export interface Failure {
  readonly run_id: string;
  readonly trace_id: string;
  readonly status: string;
  readonly verdict: FailureVerdict;
  readonly cause: Cause | null;
  readonly symptom: Statement | null;
  readonly chain: readonly Link[];
  readonly retries: readonly Retry[];
  readonly notes: readonly Statement[];
  readonly next: string | null;
  readonly truncated: boolean;
}

/** What an analysis of a run comes to. */
export type FailureVerdict = "failed" | "no failure found" | "suspicious";

/** A value and how often the newest rows have it; None where that is not counted. */
export interface FieldValue {
  readonly value: string;
  readonly count: number | null;
}

export interface File {
  readonly type: "file";
  readonly mime: string | null;
  readonly name: string | null;
  readonly uri: string | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
}

/**
 * A field that a filter can name.
 *
 * `takes` is what its values are: text, choice, level, number, duration, money, time, id or attribute. The
 * name of attributes ends in a dot, behind which the key of one follows. `operators` may stand before a
 * value, `units` behind it, and `values` are all there are of a choice or level, in their order.
 */
export interface FilterField {
  readonly name: string;
  readonly takes: string;
  readonly operators: readonly string[];
  readonly units: readonly string[];
  readonly values: readonly string[];
}

/**
 * One finding of a run, as the API gives it; the newest word of `id` holds.
 *
 * `kind` is repeated_call, alternating_calls or stuck. `state` is open while it goes on, then over.
 * `names` are the calls that repeat, or the step at which the run stands; `span_ids` what it stands on,
 * the first and the last of them when they are many. `since` is when it began.
 */
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

/** That `source` led to `target`, `count` times. `inferred`: nobody said so, it follows from the tree. */
export interface GraphEdge {
  readonly source: string;
  readonly target: string;
  readonly count: number;
  readonly inferred: boolean;
}

/**
 * An agent, a model, a tool or another step, and all of its spans together.
 *
 * `kind` is one of a span's kinds, or `model`. What spans did not report is None in `tokens` and `cost`.
 */
export interface GraphNode {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly spans: number;
  readonly errors: number;
  readonly duration_ns: number;
  readonly tokens: Tokens;
  readonly cost: Cost;
}

export interface Image {
  readonly type: "image";
  readonly mime: string | null;
  readonly name: string | null;
  readonly uri: string | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
}

/** An invite that was sent; `accepted_at` is None while nobody has come by it. */
export interface Invite {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly by: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly accepted_at: string | null;
}

/** How far a job is. */
export type JobState = "done" | "failed" | "running" | "waiting";

/** Whatever is none of the others, as it came. */
export interface Json {
  readonly type: "json";
  readonly value: unknown;
}

/** A key without its secret. Times that have not come are None; `limits` are rates of its own. */
export interface Key {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly KeyScope[];
  readonly limits: Readonly<Record<string, number>>;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
}

/** What a key may do in its project. */
export type KeyScope = "admin" | "execute" | "ingest" | "read";

/** The ledger at one moment; `refusals` are the last ones, newest first, `disk` what room there is. */
export interface LedgerSnapshot {
  readonly signals: readonly SignalCounts[];
  readonly refusals: readonly Refusal[];
  readonly masked: readonly MaskedValues[];
  readonly disk: DiskRoom | null;
}

/**
 * One limit of a project as it holds now.
 *
 * `value` is what holds, `server` what holds for whoever has none of their own, `own` the project's own; 0
 * is no limit. `used` is the use now, for rates the mean of ten seconds, and None where nothing is counted:
 * each request is measured by itself. `refused` counts since the server started: requests that were sent
 * away, and items that are stored with a name folded, of which `examples` shows some of the last.
 */
export interface LimitState {
  readonly name: string;
  readonly unit: string;
  readonly help: string;
  readonly value: number;
  readonly server: number;
  readonly own: number | null;
  readonly used: number | null;
  readonly refused: number;
  readonly examples: readonly string[];
}

/** One span on the way from the cause up to the symptom. */
export interface Link {
  readonly span_id: string;
  readonly name: string;
  readonly statement: string;
}

/**
 * One log record. `id` is opaque and unique in its project; `level` is one of LEVELS, or None.
 *
 * `body` is the value as it came (text, number, list, object). A text body over 16 KiB is cut in lists
 * and `truncated` says so; `GET /logs/{id}` gives it whole.
 */
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

/** A place where the caller is signed in; `current` is the one that asks. */
export interface Login {
  readonly id: string;
  readonly kind: string;
  readonly label: string;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly expires_at: string;
  readonly current: boolean;
}

/** `POST /runs/{run_id}/lost`: how many spans of the run were open and are now said to be lost. */
export interface LostReport {
  readonly run_id: string;
  readonly spans: number;
}

/**
 * Values of one kind that were masked in a project's telemetry since the server started.
 *
 * `kind` is "token" (it had the shape of one), "secret" (it was declared), a kind of personal data, the name
 * of a pattern of the project's own, or "content" (it was taken out, for content is not captured). It is for
 * information: the items themselves are stored.
 */
export interface MaskedValues {
  readonly project: string;
  readonly kind: string;
  readonly values: number;
}

/**
 * Data that is no text, by reference: `uri` where it lies, or how many `bytes` it had and their `sha256`.
 *
 * The data itself stays in the raw attributes. `type` is image, audio, video, file, or else blob.
 */
export interface Media {
  readonly type: "blob";
  readonly mime: string | null;
  readonly name: string | null;
  readonly uri: string | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
}

/** The middle one of finished runs; tokens and cost over those that reported them. */
export interface Medians {
  readonly duration_ms: number | null;
  readonly tokens: number | null;
  readonly cost: string | null;
}

/** A person in the project. */
export interface Member {
  readonly person_id: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly since: string;
}

/** One turn: system, user, assistant, tool, or another role as it was named. */
export interface Message {
  readonly role: string;
  readonly name: string | null;
  readonly parts: readonly (Text | Reasoning | Image | Audio | Video | File | Media | Json | ToolCall | ToolResult)[];
}

/** One metric of a project. `type` is sum, gauge, histogram, exponential_histogram or summary. */
export interface Metric {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly description: string;
  readonly temporality: string | null;
  readonly monotonic: boolean | null;
  readonly services: readonly string[];
  readonly series_count: number;
  readonly point_count: number;
  readonly last_at: string;
}

/** `GET /metrics/{name}`. */
export interface MetricSeries {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly interval_s: number;
  readonly series: readonly Series[];
  readonly truncated: boolean;
}

/**
 * One thing that happened in a session.
 *
 * `event` is a room event: `name` is its type (participant.joined, ...), `data` what it tells. `run.started`
 * and `run.ended` have the run, `step` the tool call or what else failed, `developer_log` and `log` (a
 * warning or worse) the record; `name` is then the run's agent or name, the tool or the span's name, or the
 * record's level. `id` is that of the log record, of the run, or trace and span id with a dot between; no
 * two moments of one type share it.
 */
export interface Moment {
  readonly id: string;
  readonly at: string;
  readonly type: "developer_log" | "event" | "log" | "run.ended" | "run.started" | "step";
  readonly name: string;
  readonly data: unknown;
  readonly run: Run | null;
  readonly step: TimelineStep | null;
  readonly log: Log | null;
}

/**
 * A variable that the agent declares, or that an error of the run names.
 *
 * `is_set` tells whether it is in the agent's environment here; None for whoever may not know.
 */
export interface NeededVariable {
  readonly name: string;
  readonly declared: boolean;
  readonly named_by_error: boolean;
  readonly is_set: boolean | null;
}

/**
 * Who is in a room: a connection of a person, an agent or a program.
 *
 * `id` is unique in its session, `role` is the participant's own word (user, agent, tool, ...).
 */
export interface Participant {
  readonly id: string;
  readonly name: string;
  readonly role: string;
}

/** How long a budget lasts until it begins anew. Days and months are those of UTC. */
export type Period = "day" | "month" | "run";

/** Somebody who can sign in. Administrators make projects and people; they read no project by that. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly is_admin: boolean;
  readonly created_at: string;
  readonly disabled_at: string | null;
}

/**
 * A telemetry exporter. `id` is the registry's, else its name; `name` is what charm.yaml lists.
 *
 * `listed` says that the registry has it, `installed` that a package in the server's environment offers it;
 * `entry_point` is that offer. `report` is null when no agent of the project told of it. `enabled_by` are
 * the published agents of the project whose charm.yaml lists it. `hooks` and `variables` are what the source
 * of an installed one has and reads, null when it was not found; nobody runs it for that.
 */
export interface Plugin {
  readonly id: string;
  readonly name: string | null;
  readonly pypi_package: string | null;
  readonly description: string;
  readonly author: string;
  readonly tags: readonly string[];
  readonly github_url: string | null;
  readonly listed: boolean;
  readonly installed: boolean;
  readonly version: string | null;
  readonly entry_point: string | null;
  readonly hooks: readonly string[] | null;
  readonly variables: readonly string[] | null;
  readonly enabled_by: readonly string[];
  readonly report: ExporterReport | null;
}

/** All exporters that are known, by name; there is no further page. */
export interface PluginList {
  readonly items: readonly Plugin[];
  readonly skipped: readonly SkippedPlugin[];
  readonly next: string | null;
}

/**
 * A project's own price of the models that match `model`; `provider` is empty when it is for any.
 *
 * `prices` are US dollars for a million tokens as decimal texts, by kind: input, output, cache_read,
 * cache_write, reasoning; of one that depends on the size of the request a list of tiers, each with
 * `above_input_tokens` and `price`. `request` is what a request costs by itself.
 */
export interface Price {
  readonly provider: string;
  readonly model: string;
  readonly source: string;
  readonly prices: Readonly<Record<string, unknown>>;
  readonly created_at: string;
}

/** What became of an import. */
export interface PriceImport {
  readonly taken: number;
  readonly refused: readonly RefusedPrice[];
}

/** A project. `retention_days` is None where the server's setting holds; `limits` are those of its own. */
export interface Project {
  readonly name: string;
  readonly display_name: string;
  readonly created_at: string;
  readonly retention_days: number | null;
  readonly limits: Readonly<Record<string, number>>;
  readonly privacy: ProjectPrivacy;
}

/**
 * What a project keeps out of its telemetry. Tokens of well-known shapes are masked whatever this says.
 *
 * `personal` are kinds of personal data, `patterns` regular expressions of its own by name.
 */
export interface ProjectPrivacy {
  readonly personal: readonly string[];
  readonly patterns: Readonly<Record<string, string>>;
  readonly mask_secrets: boolean;
  readonly capture_content: boolean;
}

/** A declared secret, without its value: who set it last, and when. */
export interface ProjectSecret {
  readonly name: string;
  readonly updated_at: string;
  readonly updated_by: string;
}

/** A registered agent. `url` is the page of its runs. */
export interface Published {
  readonly url: string;
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly project: string;
  readonly telemetry: readonly string[];
  readonly pricing: Readonly<Record<string, unknown>>;
}

/**
 * What the charm.yaml of an agent's newest published version says of how it runs.
 *
 * `variables` are those that it reads, `providers` the OAuth providers whose tokens it needs.
 */
export interface PublishedAgent {
  readonly id: string;
  readonly version: string;
  readonly published_at: string;
  readonly adapter: string | null;
  readonly entry_point: string | null;
  readonly image: string | null;
  readonly exporters: readonly string[];
  readonly variables: readonly string[];
  readonly providers: readonly string[];
}

/** What a model thought before it answered; empty when its provider gave it only encrypted. */
export interface Reasoning {
  readonly type: "reasoning";
  readonly text: string;
}

/**
 * One request that was refused whole or in part. It never holds a key or a body.
 *
 * `signal` is None when the request named none; `status` is the HTTP status, for gRPC too.
 */
export interface Refusal {
  readonly time: string;
  readonly signal: Signal | null;
  readonly reason: string;
  readonly status: number;
  readonly bytes: number;
}

/** An entry of an import that was not taken. */
export interface RefusedPrice {
  readonly model: string;
  readonly reason: string;
}

/** How far repricing is. `spans` have another cost now; `runs` were looked at. `error` when it failed. */
export interface RepriceProgress {
  readonly job: string;
  readonly state: JobState;
  readonly days: number;
  readonly days_done: number;
  readonly spans: number;
  readonly runs: number;
  readonly error: string | null;
}

/** One action that was tried more than once. `outcome` is succeeded, failed or unfinished. */
export interface Retry {
  readonly name: string;
  readonly attempts: number;
  readonly outcome: string;
  readonly statement: string;
  readonly span_ids: readonly string[];
}

/**
 * The sums of one currency, as decimal texts. net = gross - refunds - fees + adjustments.
 *
 * Payouts are money that was earned before and went out: they are shown and in no net. `unverified` events
 * are in none of the sums.
 */
export interface Revenue {
  readonly currency: string;
  readonly gross: string;
  readonly refunds: string;
  readonly fees: string;
  readonly payouts: string;
  readonly adjustments: string;
  readonly net: string;
  readonly events: number;
  readonly unverified: number;
}

/**
 * One group, in one interval. `key` is None where the group has no name, `at` without an interval.
 *
 * `cost` is that of `runs`, which began in the interval. `margin` (US dollars, net - cost) is None where not
 * all of the revenue is in dollars; `margin_note` says that, and what else there is to know of it.
 */
export interface RevenueItem {
  readonly key: string | null;
  readonly at: string | null;
  readonly runs: number;
  readonly cost: Cost;
  readonly revenue: readonly Revenue[];
  readonly margin: string | null;
  readonly margin_note: string | null;
}

/** The groups, and everything together. `truncated`: there are more groups than are given. */
export interface RevenueReport {
  readonly items: readonly RevenueItem[];
  readonly total: RevenueItem;
  readonly truncated: boolean;
}

/**
 * A durable place of work, the session that it is in, and what its runs came to, if it had any.
 *
 * `service_states` counts its services by their state, those that are gone as well.
 */
export interface Room {
  readonly name: string;
  readonly created_at: string;
  readonly session: Session | null;
  readonly service_states: Readonly<Record<string, number>>;
  readonly activity: Activity | null;
}

/** A room with who is in it now, and what runs or ran in it. */
export interface RoomNow {
  readonly name: string;
  readonly created_at: string;
  readonly session: Session | null;
  readonly service_states: Readonly<Record<string, number>>;
  readonly activity: Activity | null;
  readonly present: readonly Participant[];
  readonly services: readonly Service[];
}

/**
 * One run in a list or alone. Times are RFC 3339 in UTC, ids lower-case hex.
 *
 * `input` and `output` are given only for one run alone, and in lists are None; `findings` likewise.
 * `first_token_ms` is that of the first model call which streamed; `unpriced_reasons` say why some of its
 * tokens have no price.
 */
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
  readonly unpriced_reasons: readonly string[];
  readonly models: readonly string[];
  readonly providers: readonly string[];
  readonly first_token_ms: number | null;
  readonly error: RunError | null;
  readonly span_count: number;
  readonly error_count: number;
  readonly llm_count: number;
  readonly tool_count: number;
  readonly root_span_id: string | null;
  readonly findings: readonly Finding[];
  readonly input: string | null;
  readonly output: string | null;
}

/** The billing events of a run, oldest first, and what they come to beside its cost. */
export interface RunBilling {
  readonly items: readonly BillingLine[];
  readonly total: RevenueItem;
  readonly truncated: boolean;
}

/**
 * `GET /runs/{a}/diff/{b}`: the runs, and their steps from top to bottom.
 *
 * The counts are of all steps, whatever part of them `steps` gives. `differences` are those of the whole
 * runs. `truncated`: of a very large run only the earliest steps were compared.
 */
export interface RunDiff {
  readonly a: DiffRun;
  readonly b: DiffRun;
  readonly differences: readonly string[];
  readonly same: number;
  readonly changed: number;
  readonly only_a: number;
  readonly only_b: number;
  readonly steps: readonly StepDiff[];
  readonly truncated: boolean;
}

/** The error a run ended with: its type, its text, and the span that carries it. */
export interface RunError {
  readonly type: string | null;
  readonly message: string | null;
  readonly span_id: string | null;
}

/** Where a run stands. */
export type RunStatus = "cancelled" | "error" | "lost" | "running" | "success" | "suspended";

/**
 * Other runs of the agent with the same input, from 30 days before the run to 30 days after it.
 *
 * `failed` are those that ended with an error or were lost. `last_success` is the newest that succeeded.
 * `beginning_only`: the input is longer than what is compared, its first 2 KiB. `truncated`: there are more
 * than were counted.
 */
export interface SameInput {
  readonly runs: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly last_success: SameRun | null;
  readonly newest: readonly SameRun[];
  readonly beginning_only: boolean;
  readonly truncated: boolean;
}

/** Another run that was given the same. */
export interface SameRun {
  readonly id: string;
  readonly status: string;
  readonly started_at: string;
  readonly duration_ms: number | null;
}

/**
 * What a project keeps of its traces, and what that left out.
 *
 * `head_rate` is the share of traces that are taken, `tail_rate` that of finished runs whose spans stay
 * after `tail_after_s` seconds; runs that fit the filter `tail_keep` stay whole, and whatever failed does.
 * `spans_sampled` were never taken, and are in no total; `spans_thinned` were removed from finished runs,
 * whose totals stay: both since the server started. `traces_thinned` have nothing but their summaries now.
 */
export interface SamplingReport {
  readonly head_rate: number;
  readonly tail_rate: number;
  readonly tail_keep: string;
  readonly tail_after_s: number;
  readonly changed_at: string | null;
  readonly spans_sampled: number;
  readonly spans_thinned: number;
  readonly traces_thinned: number;
}

/** One series: its attributes as text and its buckets in order of time. */
export interface Series {
  readonly attributes: Readonly<Record<string, string>>;
  readonly total: number | null;
  readonly buckets: readonly Bucket[];
}

/** A server. `epoch` names its store; `mode` is local; the OTLP addresses are None where a port is off. */
export interface Server {
  readonly version: string;
  readonly epoch: string;
  readonly mode: string;
  readonly otlp_http: string | null;
  readonly otlp_grpc: string | null;
  readonly readers: number;
  readonly max_body_bytes: number;
  readonly retention_days: number;
}

/**
 * A service of a room as it was last reported; `session` is the room's session it was reported in.
 *
 * `state` is `unknown` where reports should come and do not. `started_at` is since when it runs, or ran.
 * `logs` is the filter that finds its log records.
 */
export interface Service {
  readonly room: string;
  readonly session: string | null;
  readonly name: string;
  readonly kind: string;
  readonly state: "failed" | "restarting" | "running" | "starting" | "stopped" | "unknown";
  readonly image: string | null;
  readonly version: string | null;
  readonly restarts: number | null;
  readonly cpu_percent: number | null;
  readonly memory_bytes: number | null;
  readonly run_id: string | null;
  readonly started_at: string;
  readonly reported_at: string;
  readonly logs: string;
}

/** The services of a room by name; those that are gone stay, as they were. */
export interface ServiceList {
  readonly items: readonly Service[];
}

/**
 * One live run of a room, or a conversation of runs that name no room (`room` is None).
 *
 * `id` is what the telemetry names; activity in a room that names none gets one from the server. `last_at`
 * is when something was last heard of it; a session that ended idle ended then. `participants` are those in
 * the room now, counted by role; None for conversations. `activity` is what its runs came to, if any.
 */
export interface Session {
  readonly id: string;
  readonly room: string | null;
  readonly kind: "conversation" | "room";
  readonly is_active: boolean;
  readonly started_at: string;
  readonly last_at: string;
  readonly ended_at: string | null;
  readonly ended_by: "ended" | "idle" | "killed" | null;
  readonly participants: Readonly<Record<string, number>> | null;
  readonly activity: Activity | null;
}

/**
 * One session: who is in it now, and the newest of its runs, newest first.
 *
 * `next` is the cursor with which `/runs` goes on, filtered by this session.
 */
export interface SessionRuns {
  readonly id: string;
  readonly room: string | null;
  readonly kind: "conversation" | "room";
  readonly is_active: boolean;
  readonly started_at: string;
  readonly last_at: string;
  readonly ended_at: string | null;
  readonly ended_by: "ended" | "idle" | "killed" | null;
  readonly participants: Readonly<Record<string, number>> | null;
  readonly activity: Activity | null;
  readonly present: readonly Participant[];
  readonly runs: readonly Run[];
  readonly next: string | null;
}

/**
 * A step in one of the runs. `outcome` is ok, error, open or lost; money is in US dollars.
 *
 * Against a median, `runs` says how many of the runs have this step, and the figures are their medians.
 */
export interface Side {
  readonly span_id: string | null;
  readonly outcome: string;
  readonly duration_ms: number | null;
  readonly tokens_input: number | null;
  readonly tokens_output: number | null;
  readonly cost: string | null;
  readonly model: string | null;
  readonly error: string | null;
  readonly output: string | null;
  readonly runs: number | null;
}

/**
 * Who is asking.
 *
 * `mode` is local (no login), guarded, or setup (guarded, and nobody is registered yet). `rights` are those
 * on the server, `projects` those on each project. Without `secure` a login's cookie travels in the clear.
 * `oidc` names the OpenID providers to sign in at: `GET /api/v1/oidc/login?provider=NAME`.
 */
export interface SignIn {
  readonly mode: string;
  readonly signed_in: boolean;
  readonly name: string | null;
  readonly person_id: string | null;
  readonly rights: readonly string[];
  readonly projects: Readonly<Record<string, readonly string[]>>;
  readonly secure: boolean;
  readonly oidc: readonly string[];
}

/** What one OTLP request carries. */
export type Signal = "logs" | "metrics" | "traces";

/**
 * Items of one signal since the server started. Counts by reason hold only reasons that occurred.
 *
 * `refused` counts requests, everything else spans, log records or metric points. `mended` items are
 * stored: what could not be shown was replaced. `uncounted` items are stored and in no sum: billing events
 * that are none, or differ from the first of their id. `sampled` items were left out on the way in, because
 * their project keeps a share; `thinned` ones were stored before, and removed when their run was over.
 */
export interface SignalCounts {
  readonly signal: Signal;
  readonly received: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly waiting: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly dropped: Readonly<Record<string, number>>;
  readonly parked: Readonly<Record<string, number>>;
  readonly mended: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  readonly uncounted: Readonly<Record<string, number>>;
  readonly sampled: Readonly<Record<string, number>>;
  readonly thinned: Readonly<Record<string, number>>;
}

/** An entry of the registry that cannot be used, and why. */
export interface SkippedPlugin {
  readonly entry: string;
  readonly reason: string;
}

/**
 * `GET /traces/{trace_id}/spans/{span_id}`: everything that was sent, and what Fanlight made of it.
 *
 * `start_ns` and `end_ns` are the exact numbers as decimal strings; `flags` lists what was mended or
 * doubted on the way in (clamped time, invalid UTF-8, value too deep, ...). `operation` is the word by which
 * `dialect` named the kind; `first_token_ns` counts from the start, `tokens_per_s` from the first token on.
 * `content` is None when it was not asked.
 */
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
  readonly tokens_per_s: number | null;
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
  readonly content: Content | null;
}

/**
 * The structure of a trace, one list a field, row i of each is span i, ordered by start.
 *
 * `start_ns` counts from the trace's `started_at`. `duration_ns` is None while a span is open.
 * `kind` is Fanlight's (agent, llm, ...), `span_kind` OpenTelemetry's (INTERNAL, SERVER, CLIENT, ...).
 * `status` is unset, ok or error. `state` is finished, open, lost (its process went silent), or missing:
 * the placeholder of a parent that was not received, as long as its children; it is no span and not counted.
 *
 * `agent` is the span's own or, where `agent_inherited`, that of its nearest ancestor. A `wrapper` says
 * nothing that its only child does not: it can be folded. `first_token_ns` counts from the span's start.
 * `flags` lists what was mended or doubted; here also "cyclic_parent" (its parent is below it: shown without
 * one), "duplicate_id", "ends_before_start" and "starts_before_parent".
 */
export interface SpanColumns {
  readonly span_id: readonly string[];
  readonly parent_span_id: readonly (string | null)[];
  readonly name: readonly string[];
  readonly kind: readonly string[];
  readonly span_kind: readonly string[];
  readonly status: readonly string[];
  readonly state: readonly string[];
  readonly start_ns: readonly number[];
  readonly duration_ns: readonly (number | null)[];
  readonly service: readonly (string | null)[];
  readonly agent: readonly (string | null)[];
  readonly model: readonly (string | null)[];
  readonly tool: readonly (string | null)[];
  readonly tokens_input: readonly (number | null)[];
  readonly tokens_output: readonly (number | null)[];
  readonly cost: readonly (string | null)[];
  readonly error_type: readonly (string | null)[];
  readonly event_count: readonly number[];
  readonly has_content: readonly boolean[];
  readonly agent_inherited: readonly boolean[];
  readonly wrapper: readonly boolean[];
  readonly finish_reason: readonly (string | null)[];
  readonly first_token_ns: readonly (number | null)[];
  readonly flags: readonly (readonly string[])[];
}

/**
 * What a span cost in US dollars, as a decimal string.
 *
 * `source` is "reported" (what the instrumentation claims) or "price" (tokens by the prices `price_id`).
 * Without an amount `unpriced` says why there is none, empty = there was nothing to price. `reported` is the
 * claim in the currency it was made in. `price` and `terms` show how an amount by price is made up:
 * it is the sum of the terms.
 */
export interface SpanCost {
  readonly amount: string | null;
  readonly currency: string;
  readonly source: string | null;
  readonly price_id: string | null;
  readonly unpriced: string | null;
  readonly reported: string | null;
  readonly reported_currency: string | null;
  readonly price: SpanPrice | null;
  readonly terms: readonly CostTerm[];
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

/** A price that a cost was computed by: US dollars for a million tokens by kind, and whose they are. */
export interface SpanPrice {
  readonly provider: string;
  readonly model: string;
  readonly source: string;
  readonly version: string;
  readonly prices: Readonly<Record<string, unknown>>;
}

/**
 * `GET /traces/{trace_id}/spans/{span_id}/tokens`: what a span streamed so far.
 *
 * `text` begins with piece `first_index` (0 unless earlier pieces were dropped on the way or are no longer
 * kept); `next_index` is that of the next piece to come. `truncated`: there is more than is given.
 */
export interface SpanTokens {
  readonly trace_id: string;
  readonly span_id: string;
  readonly text: string;
  readonly first_index: number;
  readonly next_index: number;
  readonly truncated: boolean;
}

/**
 * A budget with what was used of it in its period. `exceeded` when that is more than the limit.
 *
 * `unpriced_tokens` were used in it too, and nobody knows what they cost.
 */
export interface Standing {
  readonly name: string;
  readonly scope: BudgetScope;
  readonly subject: string;
  readonly period: Period;
  readonly unit: Unit;
  readonly limit: string;
  readonly used: string;
  readonly unpriced_tokens: number;
  readonly exceeded: boolean;
}

/** A terminal that waits. A person enters `user_code` at Studio's page `path`; the terminal asks on. */
export interface StartedDevice {
  readonly device_code: string;
  readonly user_code: string;
  readonly path: string;
  readonly interval_s: number;
  readonly expires_in_s: number;
}

/** Something that is so, and what shows it. `kind` is one of `fanlight.query.failure.kinds.KINDS`. */
export interface Statement {
  readonly kind: string;
  readonly statement: string;
  readonly span_id: string | null;
  readonly log_id: string | null;
}

/** `GET /stats`: what of a project is stored and can be read now. */
export interface Stats {
  readonly spans: number;
  readonly traces: number;
  readonly runs: number;
  readonly logs: number;
  readonly metric_points: number;
}

/**
 * One step of either run, or of both where they are aligned.
 *
 * `change` is same, changed, only_a or only_b. `differences` says in what: time, tokens, cost, model,
 * output, outcome, order, name (of a run's root alone).
 */
export interface StepDiff {
  readonly change: string;
  readonly depth: number;
  readonly kind: string;
  readonly name: string;
  readonly agent: string | null;
  readonly differences: readonly string[];
  readonly a: Side | null;
  readonly b: Side | null;
}

/** A login of a terminal, in the words of Charm's command line. */
export interface TerminalLogin {
  readonly access_token: string;
  readonly user_email: string;
}

/** Who would be signed in at that port, and the word that says that they were shown so. */
export interface TerminalState {
  readonly email: string;
  readonly state: string;
}

export interface Text {
  readonly type: "text";
  readonly text: string;
}

/** A word that opens one stream, once, within 30 seconds. */
export interface Ticket {
  readonly ticket: string;
  readonly expires_in_s: number;
}

/**
 * A tool call in one of a session's runs, or another step of it that failed; it began at the moment.
 *
 * `kind` is that of the span (tool, llm, ...); `error` is None where it did not fail.
 */
export interface TimelineStep {
  readonly trace_id: string;
  readonly span_id: string;
  readonly run: string;
  readonly name: string;
  readonly kind: string;
  readonly agent: string | null;
  readonly tool: string | null;
  readonly duration_ms: number;
  readonly error: RunError | null;
}

/** Token counts; input includes both caches, output includes reasoning. */
export interface Tokens {
  readonly input: number | null;
  readonly output: number | null;
  readonly cache_read: number | null;
  readonly cache_write: number | null;
  readonly reasoning: number | null;
}

/** A tool that a model asks for. `arguments` are parsed where they were JSON, else their text. */
export interface ToolCall {
  readonly type: "tool_call";
  readonly id: string | null;
  readonly name: string | null;
  readonly arguments: unknown;
}

/** A tool that a model was offered. `parameters` is its JSON schema, or what stood in its place. */
export interface ToolDefinition {
  readonly name: string | null;
  readonly description: string | null;
  readonly parameters: unknown;
}

/** What a tool gave, or how it failed; `id` is that of the call it answers. */
export interface ToolResult {
  readonly type: "tool_result";
  readonly id: string | null;
  readonly name: string | null;
  readonly content: readonly (Text | Reasoning | Image | Audio | Video | File | Media | Json)[];
  readonly is_error: boolean;
}

/** The one call that a tool's span is about. */
export interface ToolUse {
  readonly name: string | null;
  readonly id: string | null;
  readonly arguments: unknown;
  readonly result: unknown;
}

/** `GET /traces/{trace_id}/graph`. `truncated`: it is of the first spans of a larger trace. */
export interface TraceGraph {
  readonly trace_id: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly truncated: boolean;
}

/** `GET /traces/{trace_id}`. `truncated`: only `len(columns.span_id)` of `span_count` are given. */
export interface TraceStructure {
  readonly trace_id: string;
  readonly run_id: string;
  readonly started_at: string;
  readonly duration_ns: number;
  readonly span_count: number;
  readonly truncated: boolean;
  readonly columns: SpanColumns;
}

/** What a budget counts: US dollars, or tokens in and out. */
export type Unit = "tokens" | "usd";

/** Where to PUT the bundle, within 15 minutes and once; `storage_path` names it afterwards. */
export interface UploadPlace {
  readonly upload_url: string;
  readonly storage_path: string;
}

/** A bundle that came whole and can be unpacked. */
export interface Uploaded {
  readonly files: number;
}

/** The groups, and all of the runs together. `truncated`: there are more groups than are given. */
export interface Usage {
  readonly items: readonly UsageItem[];
  readonly total: UsageItem;
  readonly truncated: boolean;
}

/**
 * One group, in one interval. `key` is None where the group has no name, `at` without an interval.
 *
 * `runs` are those with a part in it. Percentiles are None under 100 samples: of the calls of a model or a
 * tool, of an agent's spans, and of whole runs by room, session or user.
 */
export interface UsageItem {
  readonly key: string | null;
  readonly at: string | null;
  readonly runs: number;
  readonly spans: number;
  readonly errors: number;
  readonly tokens: Tokens;
  readonly cost: Cost;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
}

/**
 * One user: what their runs came to, and the newest of them, newest first.
 *
 * `next` is the cursor with which `/runs` goes on, filtered by this user.
 */
export interface UserRuns {
  readonly activity: Activity;
  readonly runs: readonly Run[];
  readonly next: string | null;
}

/** `exceeded` when any of the budgets that hold for a run is, else `ok`. */
export interface Verdict {
  readonly verdict: string;
  readonly run: string | null;
  readonly budgets: readonly Standing[];
}

/** Whether the chain holds: `broken_at` is the first entry that does not fit. */
export interface Verification {
  readonly entries: number;
  readonly newest_hash: string;
  readonly broken_at: number | null;
}

export interface Video {
  readonly type: "video";
  readonly mime: string | null;
  readonly name: string | null;
  readonly uri: string | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
}

/** What a page of Studio is asked; `query` is that of its address: filter, range, columns and order. */
export interface View {
  readonly page: string;
  readonly name: string;
  readonly query: string;
  readonly updated_at: string;
  readonly updated_by: string;
}
