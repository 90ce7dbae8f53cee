-- All other points: of each start the first one, the last one of each step and those around a reset. What lies
-- between two of them is their difference. A point that says that nothing was measured stays.
INSERT INTO metrics_rolling (/*columns*/)
SELECT /*kept*/
FROM (
    SELECT *, upto - lagInFrame(upto, 1, toUInt64(0)) OVER before AS stands_for
    FROM (
        SELECT
            *,
            leadInFrame(step, 1, step - 1) OVER around AS step_after,
            leadInFrame(is_reset, 1, is_reset) OVER around AS reset_after,
            row_number() OVER around = 1 AS is_first,
            sum(points) OVER (
                PARTITION BY series, start_ns, is_silent ORDER BY time, seq
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS upto
        FROM (
            SELECT
                *,
                -- levels rise and fall; of what only rises, less than before says that counting began anew
                temporality = 2 AND (type != 'sum' OR monotonic) AND (
                    counted.1 < counted_before.1 OR counted.2 < counted_before.2 OR counted.3 < counted_before.3
                    OR above < counted_before.4 OR below < counted_before.5 OR bounds != buckets_before.1
                    OR arrayExists((now, before) -> now < before, bucket_counts,
                        arrayResize(buckets_before.2, length(bucket_counts)))) AS is_reset
            FROM (
                SELECT
                    *,
                    bitAnd(point_flags, 1) AS is_silent,
                    toInt64(intDiv(toUnixTimestamp(time), {step_s:UInt32})) AS step,
                    if(value_type = 2, toFloat64(value_int), value_double) AS level,
                    arraySum(positive_counts) AS above,
                    arraySum(negative_counts) AS below,
                    (level, count, zero_count, above, below) AS counted,
                    lagInFrame(counted, 1, counted) OVER around AS counted_before,
                    lagInFrame((bounds, bucket_counts), 1, (bounds, bucket_counts)) OVER around AS buckets_before
                FROM metrics
                WHERE project_id = {project_id:String}
                    AND name = {name:String}
                    AND has({series:Array(UInt64)}, series)
                    AND toDate(time) = toDate({day:String})
                    AND NOT (temporality = 1 AND bitAnd(point_flags, 1) = 0)
                WINDOW around AS (
                    PARTITION BY series, start_ns, is_silent ORDER BY time, seq
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                )
            )
        )
        WINDOW around AS (
            PARTITION BY series, start_ns, is_silent ORDER BY time, seq
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
    )
    WHERE is_silent OR is_first OR is_reset OR step != step_after OR reset_after
    WINDOW before AS (
        PARTITION BY series, start_ns, is_silent ORDER BY time, seq
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
)
SETTINGS insert_deduplicate = 0
