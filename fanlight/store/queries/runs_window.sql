-- How far down the list of runs the next so many rows reach: a read in key order, without FINAL.
SELECT
    toUnixTimestamp64Nano(min(started_at)),
    count()
FROM (
    SELECT started_at
    FROM runs
    WHERE project_id = {project_id:String}
        AND started_at >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND started_at <= fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')
    ORDER BY started_at DESC
    LIMIT {rows:UInt32}
)
