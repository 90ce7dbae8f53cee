-- How many rows of each signal every project has, and how many of them came in since a moment.
SELECT signal, toString(project_id) AS project, count(),
    countIf(received_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC'))
FROM (
    SELECT 'traces' AS signal, project_id, received_at FROM spans
    UNION ALL SELECT 'logs', project_id, received_at FROM logs
    UNION ALL SELECT 'metrics', project_id, received_at FROM metrics
)
GROUP BY signal, project
