-- Where in time the traces of a segment lie, so that their spans are found.
SELECT
    trace_id, project_id,
    min(effective_start) AS min_start, max(effective_start) AS max_start,
    max(incoming.received_at) AS received_at, max(incoming.retention_days) AS retention_days,
    max(end_ns = 0) AS opened
FROM incoming
/*kept*/
GROUP BY trace_id, project_id
