-- Metric points of past days are put together by the minute (fanlight/store/rolling.py): how many points a row
-- stands for, and the step that it was put together by, 0 = as it came.
ALTER TABLE metrics
    ADD COLUMN IF NOT EXISTS points UInt64 DEFAULT 1 CODEC(ZSTD(1)) AFTER seq,
    ADD COLUMN IF NOT EXISTS step_s UInt32 DEFAULT 0 CODEC(ZSTD(1)) AFTER points
;
-- Where a day is put together before it takes the place of what it was made of.
CREATE TABLE IF NOT EXISTS metrics_rolling AS metrics
