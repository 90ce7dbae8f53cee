FROM findings
WHERE project_id = {project_id:String}
    AND seq > {after:UInt64}
    AND seq <= {upto:UInt64}
    AND ({all_runs:Bool} OR has({runs:Array(String)}, run_id))
