-- A page of an export: billing events.
SELECT lower(hex(span_id)) AS span, * EXCEPT (project_id, span_id, version, retention_days)
FROM /*table*/
/*include exported*/
