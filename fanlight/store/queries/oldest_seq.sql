-- The lowest sequence that was received since a time, 0 when there is none.
SELECT min(lowest)
FROM (
    SELECT min(seq) AS lowest, count() AS items
    FROM spans
    WHERE project_id = {project_id:String}
        AND received_at >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    UNION ALL
    SELECT min(seq) AS lowest, count() AS items
    FROM logs
    WHERE project_id = {project_id:String}
        AND received_at >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    UNION ALL
    SELECT min(seq) AS lowest, count() AS items
    FROM metrics
    WHERE project_id = {project_id:String}
        AND received_at >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    UNION ALL
    SELECT min(seq) AS lowest, count() AS items
    FROM runs
    WHERE project_id = {project_id:String}
        AND heard_at >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
)
WHERE items > 0
