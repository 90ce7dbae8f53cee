-- The points of some series in order of time, and of each series the last point before the window.
-- A point that came twice counts once.
SELECT
    series,
    start_ns,
    toUnixTimestamp64Nano(time) AS at_ns,
    multiIf(value_type = 1, value_double, value_type = 2, toFloat64(value_int), NULL),
    count,
    sum,
    min,
    max,
    bounds,
    bucket_counts,
    scale,
    zero_count,
    zero_threshold,
    positive_offset,
    positive_counts,
    negative_offset,
    negative_counts,
    quantiles,
    quantile_values
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
    ORDER BY time DESC
    LIMIT 1 BY series
)
ORDER BY series, at_ns, seq
LIMIT 1 BY series, start_ns, at_ns
LIMIT {limit:UInt32}
