-- How many traces of a project have nothing but their summaries.
SELECT count()
FROM (
    SELECT trace_id
    FROM trace_index
    WHERE project_id = {project_id:String}
    GROUP BY trace_id
    HAVING max(thinned) = 1
)
