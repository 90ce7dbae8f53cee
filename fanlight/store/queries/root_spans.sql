-- The root spans of runs.
SELECT run_id, lower(hex(root_span_id))
FROM runs FINAL
WHERE project_id = {project_id:String} AND run_id IN {runs:Array(String)}
