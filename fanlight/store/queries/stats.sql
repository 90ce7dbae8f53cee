-- How much of a project is stored and can be read now.
SELECT
    (SELECT count() FROM spans WHERE project_id = {project_id:String}),
    (SELECT uniqExact(trace_id) FROM trace_index WHERE project_id = {project_id:String}),
    (SELECT count() FROM runs FINAL WHERE project_id = {project_id:String}),
    (SELECT count() FROM logs WHERE project_id = {project_id:String}),
    (SELECT sum(points) FROM metrics WHERE project_id = {project_id:String})
