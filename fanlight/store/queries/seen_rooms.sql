-- Rooms named by the runs, log records and metric points stored behind a sequence.
SELECT DISTINCT room
FROM
(
    SELECT room FROM runs WHERE project_id = {project_id:String} AND seq > {after:UInt64} AND NOT gone
    UNION ALL
    SELECT room FROM logs WHERE project_id = {project_id:String} AND seq > {after:UInt64}
    UNION ALL
    SELECT room FROM metrics WHERE project_id = {project_id:String} AND seq > {after:UInt64}
)
WHERE room != ''
