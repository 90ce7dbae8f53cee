FROM metrics
WHERE project_id = {project_id:String}
    AND seq > {after:UInt64}
    AND seq <= {upto:UInt64}
    AND (
        {all_metrics:Bool}
        OR has({rooms:Array(String)}, room)
        OR has({sessions:Array(String)}, session)
        OR (
            session = ''
            AND arrayExists(
                (r, since, until) -> r = room
                    AND toUnixTimestamp64Nano(time) >= since
                    AND toUnixTimestamp64Nano(time) < until,
                {window_rooms:Array(String)},
                {window_since:Array(Int64)},
                {window_until:Array(Int64)}
            )
        )
    )
