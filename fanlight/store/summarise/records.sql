-- Spans that were made of coding agents' log records, by trace.
SELECT
    project_id, lower(hex(trace_id)),
    groupArray(lower(hex(span_id))), groupArray(toString(operation)), groupArray(end_ns),
    groupArray(toString(error_type)), groupArray(error_message)
FROM members
WHERE dialect = 'coding_agent'
GROUP BY project_id, trace_id
