SELECT identity
FROM logs
WHERE (project_id, toDateTime(time)) IN (SELECT DISTINCT project_id, toDateTime(arrayJoin(seconds), 'UTC') FROM sought)
    AND identity IN (SELECT identity FROM sought)
