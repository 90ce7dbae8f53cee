-- Delta points of some series: what came in one step as one row. Explicit buckets add up where their bounds
-- are the same, exponential ones where their scale is; the others stay apart.
SELECT
    series,
    min(start_ns) AS first_ns,
    max(toUnixTimestamp64Nano(time)) AS at_ns,
    sumKahan(multiIf(value_type = 1, value_double, value_type = 2, toFloat64(value_int), NULL)),
    sum(count),
    if(countIf(isNull(sum)) = 0, sumKahan(sum), NULL),
    if(countIf(isNull(min)) = 0, min(min), NULL),
    if(countIf(isNull(max)) = 0, max(max), NULL),
    bounds,
    sumForEach(bucket_counts),
    scale,
    sum(zero_count),
    zero_threshold,
    sumMap(arrayMap(i -> toInt64(positive_offset) + i - 1, arrayEnumerate(positive_counts)), positive_counts),
    sumMap(arrayMap(i -> toInt64(negative_offset) + i - 1, arrayEnumerate(negative_counts)), negative_counts),
    [],
    []
FROM metrics
WHERE project_id = {project_id:String}
    AND name = {name:String}
    AND has({series:Array(UInt64)}, series)
    AND time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND time < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    AND bitAnd(point_flags, 1) = 0
GROUP BY series, intDiv(toUnixTimestamp64Nano(time), {step_ns:Int64}), bounds, scale, zero_threshold
ORDER BY series, at_ns
LIMIT {limit:UInt32}
