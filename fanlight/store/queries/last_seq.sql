-- The highest sequence of a project, 0 when it has nothing.
SELECT max(highest)
FROM (
    SELECT max(seq) AS highest
    FROM spans
    WHERE project_id = {project_id:String}
    UNION ALL
    SELECT max(seq) AS highest
    FROM logs
    WHERE project_id = {project_id:String}
    UNION ALL
    SELECT max(seq) AS highest
    FROM metrics
    WHERE project_id = {project_id:String}
    UNION ALL
    SELECT max(seq) AS highest
    FROM runs
    WHERE project_id = {project_id:String}
    UNION ALL
    SELECT max(seq) AS highest
    FROM findings
    WHERE project_id = {project_id:String}
)
