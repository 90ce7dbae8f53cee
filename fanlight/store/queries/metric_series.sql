-- The attributes of the series of one metric that have points in the window.
SELECT
    series,
    any(service),
    any(attribute_keys),
    any(attribute_values)
FROM metrics
WHERE project_id = {project_id:String}
    AND name = {name:String}
    AND type = {type:String}
    AND unit = {unit:String}
    AND time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND time < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    /*filter*/
GROUP BY series
ORDER BY series
LIMIT {limit:UInt32}
