-- Billing events, one row each, made of the log records that carry them; the records stay in `logs` besides. Of the
-- rows of one id that with the highest `version` counts: one that is verified before one that is not, then the first.
-- Read with FINAL.
CREATE TABLE IF NOT EXISTS billing (
    project_id     LowCardinality(String),
    event_id       String,
    version        UInt64,
    seq            UInt64 CODEC(Delta, ZSTD(1)),
    occurred_at    DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    received_at    DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    kind           LowCardinality(String),      -- charge, refund, payout, adjustment, fee
    amount         Decimal(38, 12),
    currency       LowCardinality(String),      -- ISO 4217
    customer       String,
    run_id         String,
    span_id        FixedString(8),              -- where it was said, zero bytes = nowhere
    agent          LowCardinality(String),      -- as the event has it; empty = that of its run
    room           LowCardinality(String),      -- likewise
    description    String,
    verified       UInt8,                       -- 0: anybody could have printed it, it is in no sum
    retention_days UInt16,
    INDEX by_run run_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_time occurred_at TYPE minmax GRANULARITY 1
) ENGINE = ReplacingMergeTree(version)
ORDER BY (project_id, event_id)
TTL if(retention_days = 0, toDateTime('2100-01-01', 'UTC'), toDateTime(received_at) + toIntervalDay(retention_days))
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 10,
    index_granularity = 1024, min_bytes_for_wide_part = 200000000
;
ALTER TABLE billing MODIFY SETTING cleanup_delay_period = 10, max_cleanup_delay_period = 20
