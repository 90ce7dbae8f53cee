-- Finished spans, one row each. Statements are separated by a line holding only `;`.
CREATE TABLE IF NOT EXISTS spans (
    project_id        LowCardinality(String),
    trace_id          FixedString(16),
    span_id           FixedString(8),
    parent_span_id    FixedString(8),          -- zero bytes = none
    run_id            String,                  -- trace id in hex, or fanlight.run.id
    seq               UInt64,
    received_at       DateTime64(3, 'UTC'),
    effective_start   DateTime64(9, 'UTC'),    -- start, clamped around received_at
    start_ns          UInt64,
    end_ns            UInt64,
    name              LowCardinality(String),
    span_kind         UInt8,                   -- OTLP's number
    status_code       UInt8,
    status_message    String,
    trace_state       String,
    span_flags        UInt32,
    service           LowCardinality(String),
    scope_name        LowCardinality(String),
    scope_version     LowCardinality(String),
    -- typed attributes: a map of texts and, aligned with it, the oneof's arm of each value
    resource          Map(LowCardinality(String), String),
    resource_types    Array(UInt8),
    scope             Map(LowCardinality(String), String),
    scope_types       Array(UInt8),
    attributes        Map(LowCardinality(String), String),
    attribute_types   Array(UInt8),
    dropped_attributes_count UInt32,
    -- events and links: aligned arrays
    event_time_ns     Array(UInt64),
    event_name        Array(LowCardinality(String)),
    event_attributes  Array(Map(LowCardinality(String), String)),
    event_types       Array(Array(UInt8)),
    event_dropped     Array(UInt32),
    dropped_events_count UInt32,
    link_trace_id     Array(String),
    link_span_id      Array(String),
    link_trace_state  Array(String),
    link_attributes   Array(Map(LowCardinality(String), String)),
    link_types        Array(Array(UInt8)),
    link_flags        Array(UInt32),
    link_dropped      Array(UInt32),
    dropped_links_count UInt32,
    -- what Fanlight makes of it (semconv)
    kind              LowCardinality(String),
    agent             LowCardinality(String),
    model_requested   LowCardinality(String),
    model             LowCardinality(String),
    provider          LowCardinality(String),
    tool              LowCardinality(String),
    session           String,
    user              String,
    room              LowCardinality(String),
    error_type        LowCardinality(String),
    tokens_input       Nullable(UInt64),
    tokens_output      Nullable(UInt64),
    tokens_cache_read  Nullable(UInt64),
    tokens_cache_write Nullable(UInt64),
    tokens_reasoning   Nullable(UInt64),
    content_hash      UInt64,                  -- of the whole span as it came
    flags             Array(LowCardinality(String)),  -- what was mended or doubted on the way in
    -- attributes as they are read: aligned keys, values (arms 5 to 7 as base64) and types
    resource_keys     Array(String) ALIAS mapKeys(resource),
    resource_values   Array(String) ALIAS arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(resource), resource_types),
    scope_keys        Array(String) ALIAS mapKeys(scope),
    scope_values      Array(String) ALIAS arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(scope), scope_types),
    attribute_keys    Array(String) ALIAS mapKeys(attributes),
    attribute_values  Array(String) ALIAS arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(attributes), attribute_types),
    event_keys        Array(Array(String)) ALIAS arrayMap(m -> mapKeys(m), event_attributes),
    event_values      Array(Array(String)) ALIAS arrayMap((m, ts) -> arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(m), ts), event_attributes, event_types),
    link_keys         Array(Array(String)) ALIAS arrayMap(m -> mapKeys(m), link_attributes),
    link_values       Array(Array(String)) ALIAS arrayMap((m, ts) -> arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(m), ts), link_attributes, link_types)
) ENGINE = MergeTree
PARTITION BY toDate(effective_start)
ORDER BY (project_id, toStartOfHour(effective_start), trace_id, span_id)
;
CREATE TABLE IF NOT EXISTS runs (
    project_id   LowCardinality(String),
    run_id       String,
    trace_id     FixedString(16),
    started_at   DateTime64(9, 'UTC'),
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
    input        String,                        -- preview, at most 2 KiB
    output       String
) ENGINE = ReplacingMergeTree(seq, gone)
PARTITION BY toYYYYMM(started_at)
ORDER BY (project_id, started_at, run_id)
;
CREATE TABLE IF NOT EXISTS logs (
    project_id      LowCardinality(String),
    time            DateTime64(9, 'UTC'),       -- effective: time, else observed, else received; clamped
    seq             UInt64,
    identity        UInt128,                    -- content + ordinal among equals in its request
    received_at     DateTime64(3, 'UTC'),
    time_ns         UInt64,
    observed_ns     UInt64,
    severity_number UInt8,
    severity_text   LowCardinality(String),
    body            String,                     -- text, or the raw bytes of a structured value
    body_type       UInt8,
    event_name      LowCardinality(String),
    trace_id        FixedString(16),
    span_id         FixedString(8),
    log_flags       UInt32,
    service         LowCardinality(String),
    session         String,
    room            LowCardinality(String),
    scope_name      LowCardinality(String),
    scope_version   LowCardinality(String),
    resource        Map(LowCardinality(String), String),
    resource_types  Array(UInt8),
    scope           Map(LowCardinality(String), String),
    scope_types     Array(UInt8),
    attributes      Map(LowCardinality(String), String),
    attribute_types Array(UInt8),
    dropped_attributes_count UInt32,
    flags           Array(LowCardinality(String)),
    body_value      String ALIAS if(body_type > 4, base64Encode(body), body),
    -- attributes as they are read: aligned keys, values (arms 5 to 7 as base64) and types
    resource_keys     Array(String) ALIAS mapKeys(resource),
    resource_values   Array(String) ALIAS arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(resource), resource_types),
    scope_keys        Array(String) ALIAS mapKeys(scope),
    scope_values      Array(String) ALIAS arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(scope), scope_types),
    attribute_keys    Array(String) ALIAS mapKeys(attributes),
    attribute_values  Array(String) ALIAS arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(attributes), attribute_types)
) ENGINE = MergeTree
PARTITION BY toDate(time)
ORDER BY (project_id, time, seq)
;
CREATE TABLE IF NOT EXISTS metrics (
    project_id      LowCardinality(String),
    name            LowCardinality(String),
    series          UInt64,                     -- hash of type, unit, resource, scope and attributes
    time            DateTime64(9, 'UTC'),
    seq             UInt64,
    start_ns        UInt64,
    time_ns         UInt64,
    received_at     DateTime64(3, 'UTC'),
    type            Enum8('gauge' = 1, 'sum' = 2, 'histogram' = 3, 'exponential_histogram' = 4, 'summary' = 5),
    unit            LowCardinality(String),
    description     LowCardinality(String),
    temporality     UInt8,
    monotonic       UInt8,
    value_type      UInt8,                      -- 0 none, 1 double, 2 int
    value_double    Float64,
    value_int       Int64,
    count           UInt64,
    sum             Nullable(Float64),
    min             Nullable(Float64),
    max             Nullable(Float64),
    bounds          Array(Float64),
    bucket_counts   Array(UInt64),
    scale           Int32,
    zero_count      UInt64,
    zero_threshold  Float64,
    positive_offset Int32,
    positive_counts Array(UInt64),
    negative_offset Int32,
    negative_counts Array(UInt64),
    quantiles       Array(Float64),
    quantile_values Array(Float64),
    point_flags     UInt32,
    service         LowCardinality(String),
    session         String,
    room            LowCardinality(String),
    scope_name      LowCardinality(String),
    scope_version   LowCardinality(String),
    resource        Map(LowCardinality(String), String),
    resource_types  Array(UInt8),
    attributes      Map(LowCardinality(String), String),
    attribute_types Array(UInt8),
    flags           Array(LowCardinality(String)),
    -- attributes as they are read: aligned keys, values (arms 5 to 7 as base64) and types
    resource_keys     Array(String) ALIAS mapKeys(resource),
    resource_values   Array(String) ALIAS arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(resource), resource_types),
    attribute_keys    Array(String) ALIAS mapKeys(attributes),
    attribute_values  Array(String) ALIAS arrayMap((v, t) -> if(t > 4, base64Encode(v), v), mapValues(attributes), attribute_types)
) ENGINE = MergeTree
PARTITION BY toDate(time)
ORDER BY (project_id, name, series, time, seq)
