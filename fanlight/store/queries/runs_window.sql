-- Where the next window of the list of runs ends: the start that stands so many rows down, without FINAL.
SELECT toUnixTimestamp64Nano(started_at)
FROM runs
WHERE project_id = {project_id:String}
    AND started_at >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND started_at <= fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')
ORDER BY started_at DESC
LIMIT 1 OFFSET {rows:UInt32}
