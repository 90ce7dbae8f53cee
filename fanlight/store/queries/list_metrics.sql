-- The metrics of a project, by name; what describes them is what came last.
SELECT
    name,
    toString(type),
    unit,
    argMax(description, time),
    argMax(temporality, time),
    argMax(monotonic, time),
    arraySort(groupUniqArrayIf(service, service != '')),
    uniqExact(series),
    sum(points),
    toUnixTimestamp64Nano(max(time)) AS last_ns
FROM metrics
WHERE project_id = {project_id:String}
    AND time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND time < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    /*filter*/
GROUP BY name, type, unit
ORDER BY name, last_ns DESC
LIMIT {limit:UInt32}
