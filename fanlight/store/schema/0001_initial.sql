-- The first schema. Statements are separated by a line that holds only `;` and can be repeated.
--
-- Attributes are typed: a map of texts and, aligned with it, the arm of OTLP's AnyValue that each came in
-- (fanlight/otlp/values.py). The columns *_keys, *_values (arms 5 to 7 as base64) and *_types are how they are
-- read: a key that came twice would stand once in a map. `flags` lists what was mended or doubted on the way in.
-- A row is kept for `retention_days` from when it was received, 0 = for ever.

-- Finished spans, one row each.
CREATE TABLE IF NOT EXISTS spans (
    project_id        LowCardinality(String),
    trace_id          FixedString(16),
    span_id           FixedString(8),
    parent_span_id    FixedString(8),                              -- zero bytes = none
    run_id            String CODEC(ZSTD(1)),                       -- trace id in hex, or the span's own fanlight.run.id
    seq               UInt64 CODEC(Delta, ZSTD(1)),
    received_at       DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    effective_start   DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),  -- start, clamped around received_at
    start_ns          UInt64 CODEC(Delta, ZSTD(1)),
    end_ns            UInt64 CODEC(Delta, ZSTD(1)),
    name              LowCardinality(String),
    span_kind         UInt8,                                       -- OTLP's number
    status_code       UInt8,
    status_message    String CODEC(ZSTD(3)),
    trace_state       String CODEC(ZSTD(1)),
    span_flags        UInt32 CODEC(ZSTD(1)),
    service           LowCardinality(String),
    scope_name        LowCardinality(String),
    scope_version     LowCardinality(String),
    resource          Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    resource_types    Array(UInt8) CODEC(ZSTD(1)),
    scope             Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    scope_types       Array(UInt8) CODEC(ZSTD(1)),
    attributes        Map(LowCardinality(String), String) CODEC(ZSTD(3)),
    attribute_types   Array(UInt8) CODEC(ZSTD(1)),
    dropped_attributes_count UInt32 CODEC(ZSTD(1)),
    -- events and links: aligned arrays
    event_time_ns     Array(UInt64) CODEC(ZSTD(1)),
    event_name        Array(LowCardinality(String)),
    event_attributes  Array(Map(LowCardinality(String), String)) CODEC(ZSTD(3)),
    event_types       Array(Array(UInt8)) CODEC(ZSTD(1)),
    event_dropped     Array(UInt32) CODEC(ZSTD(1)),
    dropped_events_count UInt32 CODEC(ZSTD(1)),
    link_trace_id     Array(String) CODEC(ZSTD(1)),
    link_span_id      Array(String) CODEC(ZSTD(1)),
    link_trace_state  Array(String) CODEC(ZSTD(1)),
    link_attributes   Array(Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
    link_types        Array(Array(UInt8)) CODEC(ZSTD(1)),
    link_flags        Array(UInt32) CODEC(ZSTD(1)),
    link_dropped      Array(UInt32) CODEC(ZSTD(1)),
    dropped_links_count UInt32 CODEC(ZSTD(1)),
    -- what Fanlight makes of it (semconv)
    kind              LowCardinality(String),
    agent             LowCardinality(String),
    model_requested   LowCardinality(String),
    model             LowCardinality(String),
    provider          LowCardinality(String),
    tool              LowCardinality(String),
    session           String CODEC(ZSTD(1)),
    user              String CODEC(ZSTD(1)),
    room              LowCardinality(String),
    error_type        LowCardinality(String),
    error_message     String CODEC(ZSTD(3)),                       -- of the status, else of the exception
    tokens_input       Nullable(UInt64) CODEC(ZSTD(1)),            -- includes both caches
    tokens_output      Nullable(UInt64) CODEC(ZSTD(1)),            -- includes reasoning
    tokens_cache_read  Nullable(UInt64) CODEC(ZSTD(1)),
    tokens_cache_write Nullable(UInt64) CODEC(ZSTD(1)),
    tokens_reasoning   Nullable(UInt64) CODEC(ZSTD(1)),
    input             String CODEC(ZSTD(3)),                       -- preview, of spans that can be a run's root
    output            String CODEC(ZSTD(3)),
    new_places        Array(UInt16) CODEC(ZSTD(1)),                -- attributes with what is new in the span, at most 4
    has_content       UInt8 CODEC(ZSTD(1)),                        -- 1: some attribute holds an input or output
    content_hash      UInt64 CODEC(NONE),                          -- of the whole span as it came
    flags             Array(LowCardinality(String)),
    retention_days    UInt16 CODEC(ZSTD(1)),
    resource_keys     Array(String) ALIAS mapKeys(resource),
    resource_values   Array(String) ALIAS arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(resource), resource_types),
    scope_keys        Array(String) ALIAS mapKeys(scope),
    scope_values      Array(String) ALIAS arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(scope), scope_types),
    attribute_keys    Array(String) ALIAS mapKeys(attributes),
    attribute_values  Array(String) ALIAS arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(attributes), attribute_types),
    event_keys        Array(Array(String)) ALIAS arrayMap(m -> mapKeys(m), event_attributes),
    event_values      Array(Array(String)) ALIAS arrayMap((m, ts) -> arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(m), ts), event_attributes, event_types),
    link_keys         Array(Array(String)) ALIAS arrayMap(m -> mapKeys(m), link_attributes),
    link_values       Array(Array(String)) ALIAS arrayMap((m, ts) -> arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(m), ts), link_attributes, link_types),
    -- What is new in a span: its results, arguments and errors, and the input of whatever can be a run's root. Inputs
    -- of model calls repeat the outputs before them and are left out. Only the index over it is stored, not the text;
    -- it has no lambda, because the engine would not know the index by an expression with one.
    search            String ALIAS concat(name, ' ', error_message, ' ', input, ' ', mapValues(attributes)[new_places[1]],
        ' ', mapValues(attributes)[new_places[2]], ' ', mapValues(attributes)[new_places[3]],
        ' ', mapValues(attributes)[new_places[4]]),
    INDEX by_seq seq TYPE minmax GRANULARITY 1,
    INDEX by_arrival received_at TYPE minmax GRANULARITY 1,
    INDEX by_word search TYPE text(tokenizer = 'splitByNonAlpha', preprocessor = lower(search))
) ENGINE = MergeTree
PARTITION BY toDate(effective_start)
ORDER BY (project_id, toStartOfHour(effective_start), trace_id, span_id)
TTL if(retention_days = 0, toDateTime('2100-01-01', 'UTC'), toDateTime(received_at) + toIntervalDay(retention_days))
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 10,
    non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1,
    min_bytes_for_wide_part = 2000000000, max_compress_block_size = 262144,
    merge_max_block_size = 1024, merge_max_block_size_bytes = 4000000
;
-- Values that are longer than what `spans` keeps of them: `place` (from 1) is the attribute's place in its span.
CREATE TABLE IF NOT EXISTS span_content (
    project_id      LowCardinality(String),
    trace_id        FixedString(16),
    span_id         FixedString(8),
    place           UInt32,
    value           String CODEC(ZSTD(3)),
    effective_start DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    received_at     DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    retention_days  UInt16
) ENGINE = MergeTree
PARTITION BY toDate(effective_start)
ORDER BY (project_id, trace_id, span_id, place)
TTL if(retention_days = 0, toDateTime('2100-01-01', 'UTC'), toDateTime(received_at) + toIntervalDay(retention_days))
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 10,
    non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1, index_granularity = 64
;
-- Snapshots of spans that have not ended: the newest of each. A trace is its finished spans and those of these that
-- have no finished twin.
CREATE TABLE IF NOT EXISTS open_spans AS spans
ENGINE = ReplacingMergeTree(seq)
PARTITION BY toDate(effective_start)
ORDER BY (project_id, trace_id, span_id)
TTL if(retention_days = 0, toDateTime('2100-01-01', 'UTC'), toDateTime(received_at) + toIntervalDay(2))
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 10,
    min_bytes_for_wide_part = 2000000000
;
-- Where in time a trace lies: the way into `spans` by its id alone.
CREATE TABLE IF NOT EXISTS trace_index (
    trace_id       FixedString(16),
    project_id     LowCardinality(String),
    min_start      SimpleAggregateFunction(min, DateTime64(9, 'UTC')),
    max_start      SimpleAggregateFunction(max, DateTime64(9, 'UTC')),
    received_at    SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    retention_days SimpleAggregateFunction(max, UInt16),
    opened         SimpleAggregateFunction(max, UInt8)             -- 1: some span of it was seen before it ended
) ENGINE = AggregatingMergeTree
ORDER BY (trace_id, project_id)
TTL if(retention_days = 0, toDateTime('2100-01-01', 'UTC'), toDateTime(received_at) + toIntervalDay(retention_days))
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 10,
    index_granularity = 256, non_replicated_deduplication_window = 1000
;
CREATE MATERIALIZED VIEW IF NOT EXISTS trace_index_of_spans TO trace_index AS
SELECT
    trace_id, project_id, min(effective_start) AS min_start, max(effective_start) AS max_start,
    max(received_at) AS received_at, max(retention_days) AS retention_days,
    0 AS opened
FROM spans GROUP BY trace_id, project_id
;
CREATE MATERIALIZED VIEW IF NOT EXISTS trace_index_of_open_spans TO trace_index AS
SELECT
    trace_id, project_id, min(effective_start) AS min_start, max(effective_start) AS max_start,
    max(received_at) AS received_at, max(retention_days) AS retention_days,
    1 AS opened
FROM open_spans GROUP BY trace_id, project_id
;
-- One summary a run, replaced whenever it changes: read with FINAL.
CREATE TABLE IF NOT EXISTS runs (
    project_id   LowCardinality(String),
    run_id       String,
    trace_id     FixedString(16),
    started_at   DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    ended_at     Nullable(DateTime64(9, 'UTC')),
    seq          UInt64,                        -- version
    gone         UInt8,                         -- 1: this row only removes an older one at the same key
    heard_at     DateTime64(3, 'UTC'),          -- last received_at
    status       LowCardinality(String),
    name         String,
    agent        LowCardinality(String),
    service      LowCardinality(String),
    room         LowCardinality(String),
    session      String,
    user         String,
    models       Array(LowCardinality(String)),
    agents       Array(LowCardinality(String)),
    tools        Array(LowCardinality(String)),
    root_span_id FixedString(8),
    error_type   LowCardinality(String),
    error_message String,
    error_span_id FixedString(8),
    span_count   UInt32,
    error_count  UInt32,
    llm_count    UInt32,
    tool_count   UInt32,
    tokens_input       Nullable(UInt64),
    tokens_output      Nullable(UInt64),
    tokens_cache_read  Nullable(UInt64),
    tokens_cache_write Nullable(UInt64),
    tokens_reasoning   Nullable(UInt64),
    cost         Nullable(Decimal(38, 12)),
    unpriced_tokens Nullable(UInt64),
    input        String CODEC(ZSTD(3)),         -- preview, at most 2 KiB
    output       String CODEC(ZSTD(3)),
    retention_days UInt16,
    INDEX by_seq seq TYPE minmax GRANULARITY 1,
    INDEX by_arrival heard_at TYPE minmax GRANULARITY 1,
    INDEX by_run run_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_trace trace_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = ReplacingMergeTree(seq, gone)
PARTITION BY toYYYYMM(started_at)
ORDER BY (project_id, started_at, run_id)
TTL if(retention_days = 0, toDateTime('2100-01-01', 'UTC'), toDateTime(heard_at) + toIntervalDay(retention_days))
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 10,
    index_granularity = 1024, min_bytes_for_wide_part = 200000000
;
CREATE TABLE IF NOT EXISTS logs (
    project_id      LowCardinality(String),
    time            DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),  -- its own, else observed, else received; clamped
    seq             UInt64 CODEC(Delta, ZSTD(1)),
    identity        UInt128 CODEC(NONE),        -- content + ordinal among equals in its request
    received_at     DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    time_ns         UInt64 CODEC(Delta, ZSTD(1)),
    observed_ns     UInt64 CODEC(Delta, ZSTD(1)),
    severity_number UInt8,
    severity_text   LowCardinality(String),
    body            String CODEC(ZSTD(3)),      -- text, or the raw bytes of a structured value
    body_type       UInt8,
    event_name      LowCardinality(String),
    trace_id        FixedString(16) CODEC(ZSTD(1)),
    span_id         FixedString(8) CODEC(ZSTD(1)),
    log_flags       UInt32 CODEC(ZSTD(1)),
    service         LowCardinality(String),
    session         String CODEC(ZSTD(1)),
    room            LowCardinality(String),
    scope_name      LowCardinality(String),
    scope_version   LowCardinality(String),
    resource        Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    resource_types  Array(UInt8) CODEC(ZSTD(1)),
    scope           Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    scope_types     Array(UInt8) CODEC(ZSTD(1)),
    attributes      Map(LowCardinality(String), String) CODEC(ZSTD(3)),
    attribute_types Array(UInt8) CODEC(ZSTD(1)),
    dropped_attributes_count UInt32 CODEC(ZSTD(1)),
    flags           Array(LowCardinality(String)),
    retention_days  UInt16 CODEC(ZSTD(1)),
    body_value      String ALIAS if(body_type > 4, base64Encode(body), body),
    resource_keys   Array(String) ALIAS mapKeys(resource),
    resource_values Array(String) ALIAS arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(resource), resource_types),
    scope_keys      Array(String) ALIAS mapKeys(scope),
    scope_values    Array(String) ALIAS arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(scope), scope_types),
    attribute_keys  Array(String) ALIAS mapKeys(attributes),
    attribute_values Array(String) ALIAS arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(attributes), attribute_types),
    INDEX by_seq seq TYPE minmax GRANULARITY 1,
    INDEX by_arrival received_at TYPE minmax GRANULARITY 1,
    INDEX by_trace trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_word body TYPE text(tokenizer = 'splitByNonAlpha', preprocessor = lower(body))
) ENGINE = MergeTree
PARTITION BY toDate(time)
ORDER BY (project_id, time, seq)
TTL if(retention_days = 0, toDateTime('2100-01-01', 'UTC'), toDateTime(received_at) + toIntervalDay(retention_days))
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 10,
    non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1, min_bytes_for_wide_part = 200000000
;
CREATE TABLE IF NOT EXISTS metrics (
    project_id      LowCardinality(String),
    name            LowCardinality(String),
    series          UInt64 CODEC(ZSTD(1)),      -- hash of type, unit, resource, scope and attributes
    time            DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    seq             UInt64 CODEC(Delta, ZSTD(1)),
    start_ns        UInt64 CODEC(Delta, ZSTD(1)),
    time_ns         UInt64 CODEC(Delta, ZSTD(1)),
    received_at     DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    type            Enum8('gauge' = 1, 'sum' = 2, 'histogram' = 3, 'exponential_histogram' = 4, 'summary' = 5),
    unit            LowCardinality(String),
    description     LowCardinality(String),
    temporality     UInt8,
    monotonic       UInt8,
    value_type      UInt8,                      -- 0 none, 1 double, 2 int
    value_double    Float64 CODEC(ZSTD(1)),
    value_int       Int64 CODEC(ZSTD(1)),
    count           UInt64 CODEC(ZSTD(1)),
    sum             Nullable(Float64) CODEC(ZSTD(1)),
    min             Nullable(Float64) CODEC(ZSTD(1)),
    max             Nullable(Float64) CODEC(ZSTD(1)),
    bounds          Array(Float64) CODEC(ZSTD(1)),
    bucket_counts   Array(UInt64) CODEC(ZSTD(1)),
    scale           Int32 CODEC(ZSTD(1)),
    zero_count      UInt64 CODEC(ZSTD(1)),
    zero_threshold  Float64 CODEC(ZSTD(1)),
    positive_offset Int32 CODEC(ZSTD(1)),
    positive_counts Array(UInt64) CODEC(ZSTD(1)),
    negative_offset Int32 CODEC(ZSTD(1)),
    negative_counts Array(UInt64) CODEC(ZSTD(1)),
    quantiles       Array(Float64) CODEC(ZSTD(1)),
    quantile_values Array(Float64) CODEC(ZSTD(1)),
    point_flags     UInt32 CODEC(ZSTD(1)),
    service         LowCardinality(String),
    session         String CODEC(ZSTD(1)),
    room            LowCardinality(String),
    scope_name      LowCardinality(String),
    scope_version   LowCardinality(String),
    resource        Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    resource_types  Array(UInt8) CODEC(ZSTD(1)),
    attributes      Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    attribute_types Array(UInt8) CODEC(ZSTD(1)),
    identity        UInt64 CODEC(NONE),         -- hash of project, name, series, start and time
    flags           Array(LowCardinality(String)),
    retention_days  UInt16 CODEC(ZSTD(1)),
    resource_keys   Array(String) ALIAS mapKeys(resource),
    resource_values Array(String) ALIAS arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(resource), resource_types),
    attribute_keys  Array(String) ALIAS mapKeys(attributes),
    attribute_values Array(String) ALIAS arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(attributes), attribute_types),
    INDEX by_seq seq TYPE minmax GRANULARITY 1,
    INDEX by_arrival received_at TYPE minmax GRANULARITY 1
) ENGINE = MergeTree
PARTITION BY toDate(time)
ORDER BY (project_id, name, series, time, seq)
TTL if(retention_days = 0, toDateTime('2100-01-01', 'UTC'), toDateTime(received_at) + toIntervalDay(retention_days))
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 10,
    non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1, min_bytes_for_wide_part = 200000000
;
-- Which points are stored, in order of time: the writer asks it for those of a segment that are known already.
CREATE TABLE IF NOT EXISTS metric_identities (
    time           DateTime('UTC'),
    identity       UInt64 CODEC(NONE),
    received_at    DateTime('UTC') CODEC(Delta, ZSTD(1)),
    retention_days UInt16
) ENGINE = MergeTree
PARTITION BY toDate(time)
ORDER BY (time, identity)
TTL if(retention_days = 0, toDateTime('2100-01-01', 'UTC'), received_at + toIntervalDay(retention_days))
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 10,
    non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1
;
CREATE MATERIALIZED VIEW IF NOT EXISTS metric_identities_of_metrics TO metric_identities AS
SELECT toDateTime(time) AS time, identity, toDateTime(received_at) AS received_at, retention_days FROM metrics
