-- What one metric is, and when it was measured: one row a type and unit, the latest first.
SELECT
    toString(type),
    unit,
    argMax(temporality, time),
    argMax(monotonic, time),
    toUnixTimestamp64Nano(min(time)),
    toUnixTimestamp64Nano(max(time)) AS last_ns
FROM metrics
WHERE project_id = {project_id:String}
    AND name = {name:String}
GROUP BY type, unit
ORDER BY last_ns DESC
