-- Other runs of an agent that were given the same, newest first. What is kept of an input is its beginning.
SELECT
    run_id,
    status,
    toUnixTimestamp64Nano(started_at),
    toUnixTimestamp64Nano(ended_at)
FROM runs FINAL
WHERE project_id = {project_id:String}
    AND started_at >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND started_at < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    AND agent = {agent:String}
    AND input = {input:String}
    AND run_id != {run_id:String}
ORDER BY started_at DESC, run_id DESC
LIMIT {limit:UInt32}
SETTINGS do_not_merge_across_partitions_select_final = 1
