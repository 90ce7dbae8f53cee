-- Cumulative points of some series in order of time: of each start the first one, the last one of each step,
-- those around a reset, and the last one before the window. What lies between two is their difference.
SELECT
    series,
    start_ns,
    at_ns,
    level,
    count,
    sum,
    min,
    max,
    bounds,
    bucket_counts,
    scale,
    zero_count,
    zero_threshold,
    (arrayMap(i -> toInt64(positive_offset) + i - 1, arrayEnumerate(positive_counts)), positive_counts),
    (arrayMap(i -> toInt64(negative_offset) + i - 1, arrayEnumerate(negative_counts)), negative_counts),
    quantiles,
    quantile_values
FROM (
    SELECT
        *,
        leadInFrame(step, 1, step - 1) OVER around AS step_after,
        leadInFrame(is_reset, 1, is_reset) OVER around AS reset_after,
        row_number() OVER around = 1 AS is_first
    FROM (
        SELECT
            *,
            -- some count is lower than it was: counting began anew
            counted.1 < counted_before.1 OR counted.2 < counted_before.2 OR counted.3 < counted_before.3
                OR above < counted_before.4 OR below < counted_before.5 OR bounds != buckets_before.1
                OR arrayExists((now, before) -> now < before, bucket_counts,
                    arrayResize(buckets_before.2, length(bucket_counts))) AS is_reset
        FROM (
            SELECT
                *,
                toUnixTimestamp64Nano(time) AS at_ns,
                multiIf(value_type = 1, value_double, value_type = 2, toFloat64(value_int), NULL) AS level,
                if(at_ns < {since_ns:Int64}, -1, intDiv(at_ns, {step_ns:Int64})) AS step,
                arraySum(positive_counts) AS above,
                arraySum(negative_counts) AS below,
                (ifNull(level, 0), count, zero_count, above, below) AS counted,
                lagInFrame(counted, 1, counted) OVER around AS counted_before,
                lagInFrame((bounds, bucket_counts), 1, (bounds, bucket_counts)) OVER around AS buckets_before
            FROM (
                SELECT *
                FROM metrics
                WHERE project_id = {project_id:String}
                    AND name = {name:String}
                    AND has({series:Array(UInt64)}, series)
                    AND time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
                    AND time < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
                    AND bitAnd(point_flags, 1) = 0
                UNION ALL
                SELECT *
                FROM metrics
                WHERE project_id = {project_id:String}
                    AND name = {name:String}
                    AND has({series:Array(UInt64)}, series)
                    AND time >= fromUnixTimestamp64Nano({baseline_ns:Int64}, 'UTC')
                    AND time < fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
                    AND bitAnd(point_flags, 1) = 0
                ORDER BY time DESC, seq DESC
                LIMIT 1 BY series, start_ns
            )
            WINDOW around AS (
                PARTITION BY series, start_ns ORDER BY time, seq
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            )
        )
    )
    WINDOW around AS (
        PARTITION BY series, start_ns ORDER BY time, seq
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
)
WHERE is_first OR is_reset OR step != step_after OR reset_after
ORDER BY series, at_ns, seq
LIMIT {limit:UInt32}
