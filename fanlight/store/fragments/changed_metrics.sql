FROM metrics
WHERE project_id = {project_id:String}
    AND seq > {after:UInt64}
    AND seq <= {upto:UInt64}
    AND (
        {all_metrics:Bool}
        OR has({rooms:Array(String)}, room)
        OR has({sessions:Array(String)}, session)
        /*unnamed_time*/
    )
