-- Findings noted in a range of sequences, in their order; what a newer one replaced may be missing.
SELECT seq, run_id, finding_id, kind, state, toUnixTimestamp64Milli(at), data
FROM findings
WHERE project_id = {project_id:String}
    AND seq > {after:UInt64}
    AND seq <= {upto:UInt64}
    AND ({all:Bool} OR has({runs:Array(String)}, run_id))
ORDER BY seq
LIMIT {limit:UInt32}
