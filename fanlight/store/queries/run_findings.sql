-- Findings, newest first: of some runs or of all of them, in one state or in any.
SELECT seq, run_id, finding_id, kind, state, toUnixTimestamp64Milli(at), data
FROM findings FINAL
WHERE project_id = {project_id:String}
    AND (empty({runs:Array(String)}) OR has({runs:Array(String)}, run_id))
    AND ({state:String} = '' OR state = {state:String})
    AND seq < {before_seq:UInt64}
ORDER BY seq DESC
LIMIT {limit:UInt32}
