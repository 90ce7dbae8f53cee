-- Run summaries written in a range of sequences, in their order; what a newer one replaced may be missing.
SELECT
    seq,
    /*include run_columns*/
FROM runs
WHERE project_id = {project_id:String}
    AND seq > {after:UInt64}
    AND seq <= {upto:UInt64}
    AND gone = 0
    AND (
        {all:Bool}
        OR has({runs:Array(String)}, run_id)
        OR has({rooms:Array(String)}, room)
        OR has({sessions:Array(String)}, session)
    )
ORDER BY seq
LIMIT {limit:UInt32}
