-- What agents did, beyond spans: prices, usage, findings. Every statement can be repeated.
ALTER TABLE spans
    -- the word of the instrumentation that named the kind, and the dialect that it belongs to
    ADD COLUMN IF NOT EXISTS operation LowCardinality(String) AFTER kind,
    ADD COLUMN IF NOT EXISTS dialect LowCardinality(String) AFTER operation,
    ADD COLUMN IF NOT EXISTS finish_reason LowCardinality(String) AFTER tokens_reasoning,
    -- from the span's start to its first token
    ADD COLUMN IF NOT EXISTS first_token_ns Nullable(UInt64) CODEC(ZSTD(1)) AFTER finish_reason,
    -- tool and normalised arguments of a tool call; 0 = none
    ADD COLUMN IF NOT EXISTS call_hash UInt64 CODEC(ZSTD(1)) AFTER first_token_ns,
    -- what the instrumentation claims, and in which currency
    ADD COLUMN IF NOT EXISTS cost_reported Nullable(Decimal(38, 12)) CODEC(ZSTD(1)) AFTER call_hash,
    ADD COLUMN IF NOT EXISTS currency_reported LowCardinality(String) AFTER cost_reported,
    -- US dollars; cost_source is 'reported', 'price' (of `price_id`) or ''; `unpriced` says why there is no cost
    ADD COLUMN IF NOT EXISTS cost Nullable(Decimal(38, 12)) CODEC(ZSTD(1)) AFTER currency_reported,
    ADD COLUMN IF NOT EXISTS cost_source LowCardinality(String) AFTER cost,
    ADD COLUMN IF NOT EXISTS price_id UInt64 CODEC(ZSTD(1)) AFTER cost_source,
    ADD COLUMN IF NOT EXISTS unpriced LowCardinality(String) AFTER price_id,
    -- 'lost': whoever watched the process says that it died before the span ended
    ADD COLUMN IF NOT EXISTS state_reported LowCardinality(String) AFTER unpriced
;
ALTER TABLE open_spans
    ADD COLUMN IF NOT EXISTS operation LowCardinality(String) AFTER kind,
    ADD COLUMN IF NOT EXISTS dialect LowCardinality(String) AFTER operation,
    ADD COLUMN IF NOT EXISTS finish_reason LowCardinality(String) AFTER tokens_reasoning,
    ADD COLUMN IF NOT EXISTS first_token_ns Nullable(UInt64) CODEC(ZSTD(1)) AFTER finish_reason,
    ADD COLUMN IF NOT EXISTS call_hash UInt64 CODEC(ZSTD(1)) AFTER first_token_ns,
    ADD COLUMN IF NOT EXISTS cost_reported Nullable(Decimal(38, 12)) CODEC(ZSTD(1)) AFTER call_hash,
    ADD COLUMN IF NOT EXISTS currency_reported LowCardinality(String) AFTER cost_reported,
    ADD COLUMN IF NOT EXISTS cost Nullable(Decimal(38, 12)) CODEC(ZSTD(1)) AFTER currency_reported,
    ADD COLUMN IF NOT EXISTS cost_source LowCardinality(String) AFTER cost,
    ADD COLUMN IF NOT EXISTS price_id UInt64 CODEC(ZSTD(1)) AFTER cost_source,
    ADD COLUMN IF NOT EXISTS unpriced LowCardinality(String) AFTER price_id,
    ADD COLUMN IF NOT EXISTS state_reported LowCardinality(String) AFTER unpriced
;
-- Parts that were merged away are removed soon, also when nothing comes in any more: the engine would wait for
-- up to five minutes.
ALTER TABLE spans MODIFY SETTING cleanup_delay_period = 10, max_cleanup_delay_period = 20
;
ALTER TABLE trace_index MODIFY SETTING cleanup_delay_period = 10, max_cleanup_delay_period = 20
;
ALTER TABLE runs MODIFY SETTING cleanup_delay_period = 10, max_cleanup_delay_period = 20
;
ALTER TABLE logs MODIFY SETTING cleanup_delay_period = 10, max_cleanup_delay_period = 20
;
ALTER TABLE metrics MODIFY SETTING cleanup_delay_period = 10, max_cleanup_delay_period = 20
;
-- Every unit price that some stored cost stands on; never changed, only added to.
CREATE TABLE IF NOT EXISTS prices (
    project_id LowCardinality(String),
    price_id   UInt64,                          -- hash of what follows
    provider   LowCardinality(String),
    model      LowCardinality(String),
    source     LowCardinality(String),          -- 'genai-prices', 'project', 'litellm'
    version    String,
    rates      String,                          -- JSON: US dollars a million tokens by kind of token, tiers, fees
    stored_at  DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree
ORDER BY (project_id, price_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1
;
-- `usage`: the run's spans by minute, kind, agent, model, provider and tool. Replaced with its run, so that usage
-- always equals the sum of the runs. Tokens and cost are of what counts once; durations are those of every span.
ALTER TABLE runs
    ADD COLUMN IF NOT EXISTS providers Array(LowCardinality(String)) AFTER models,
    ADD COLUMN IF NOT EXISTS first_token_ns Nullable(UInt64) AFTER tokens_reasoning,
    ADD COLUMN IF NOT EXISTS unpriced_reasons Array(LowCardinality(String)) AFTER unpriced_tokens,
    ADD COLUMN IF NOT EXISTS usage Nested(
        at DateTime('UTC'),
        kind LowCardinality(String),
        agent LowCardinality(String),
        model LowCardinality(String),
        provider LowCardinality(String),
        tool LowCardinality(String),
        spans UInt32,
        errors UInt32,
        tokens_input UInt64,
        tokens_output UInt64,
        tokens_cache_read UInt64,
        tokens_cache_write UInt64,
        tokens_reasoning UInt64,
        cost Decimal(38, 12),
        unpriced_tokens UInt64,
        durations_ms Array(Float32)
    )
;
-- What was found in a run while it went on: loops, standstill. The newest row of a finding holds.
CREATE TABLE IF NOT EXISTS findings (
    project_id     LowCardinality(String),
    run_id         String,
    finding_id     String,
    seq            UInt64,
    at             DateTime64(3, 'UTC'),
    kind           LowCardinality(String),      -- repeated_call, alternating_calls, stuck
    state          LowCardinality(String),      -- open, over
    data           String,                      -- JSON: the calls, how often, the spans it stands on
    retention_days UInt16,
    INDEX by_seq seq TYPE minmax GRANULARITY 1
) ENGINE = ReplacingMergeTree(seq)
ORDER BY (project_id, run_id, finding_id)
TTL if(retention_days = 0, toDateTime('2100-01-01', 'UTC'), toDateTime(at) + toIntervalDay(retention_days))
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1
