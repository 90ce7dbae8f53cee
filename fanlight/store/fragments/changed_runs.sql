FROM runs
WHERE project_id = {project_id:String}
    AND seq > {after:UInt64}
    AND seq <= {upto:UInt64}
    AND gone = 0
    AND (
        {all_runs:Bool}
        OR has({runs:Array(String)}, run_id)
        OR has({rooms:Array(String)}, room)
        OR has({sessions:Array(String)}, session)
        OR (
            session = ''
            AND arrayExists(
                (r, since, until) -> r = room
                    AND toUnixTimestamp64Nano(started_at) >= since
                    AND toUnixTimestamp64Nano(started_at) < until,
                {window_rooms:Array(String)},
                {window_since:Array(Int64)},
                {window_until:Array(Int64)}
            )
        )
    )
