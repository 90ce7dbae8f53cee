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
        /*unnamed_started_at*/
    )
