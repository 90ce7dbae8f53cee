-- What went into some runs.
SELECT
    run_id,
    argMax(input, seq)
FROM runs
WHERE project_id = {project_id:String}
    AND has({runs:Array(String)}, run_id)
GROUP BY run_id
