-- Gauges and sums that rise and fall: of each series the last point of each step.
SELECT
    series,
    start_ns,
    toUnixTimestamp64Nano(time) AS at_ns,
    multiIf(value_type = 1, value_double, value_type = 2, toFloat64(value_int), NULL)
FROM metrics
WHERE project_id = {project_id:String}
    AND name = {name:String}
    AND has({series:Array(UInt64)}, series)
    AND time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND time < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    AND bitAnd(point_flags, 1) = 0
ORDER BY series, time DESC, seq DESC
LIMIT 1 BY series, intDiv(at_ns, {step_ns:Int64})
LIMIT {limit:UInt32}
