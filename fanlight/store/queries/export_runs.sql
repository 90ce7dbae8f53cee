-- A page of an export: summaries of runs, each with its usage by minute.
SELECT
    lower(hex(trace_id)) AS trace, lower(hex(root_span_id)) AS root_span,
    lower(hex(error_span_id)) AS error_span,
    * EXCEPT (project_id, trace_id, root_span_id, error_span_id, gone, retention_days)
FROM /*table*/
/*include exported*/
