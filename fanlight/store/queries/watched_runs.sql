-- Runs whose summary was written from a sequence on, the newest of each.
SELECT run_id, lower(hex(trace_id)), status, toUnixTimestamp64Nano(started_at), llm_count + tool_count
FROM runs
WHERE project_id = {project_id:String}
    AND seq >= {first_seq:UInt64}
    AND gone = 0
ORDER BY seq DESC
LIMIT 1 BY run_id
LIMIT {limit:UInt32}
