-- One run with its input and output.
SELECT
    /*include run_columns*/,
    input,
    output
FROM runs
WHERE project_id = {project_id:String}
    AND run_id = {run_id:String}
ORDER BY seq DESC
LIMIT 1
