-- The series of one metric with points in the window, the latest first: attributes, how they count, points.
SELECT
    series,
    any(service),
    any(attribute_keys),
    any(attribute_values),
    any(temporality),
    any(monotonic),
    count()
FROM metrics
WHERE project_id = {project_id:String}
    AND name = {name:String}
    AND type = {type:String}
    AND unit = {unit:String}
    AND time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND time < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    /*filter*/
GROUP BY series
ORDER BY max(time) DESC, series
LIMIT {limit:UInt32}
