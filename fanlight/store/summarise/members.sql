-- The spans of the sought traces, with what a summary needs of each; of open ones those without a finished twin.
WITH hours AS (
    SELECT project_id, arrayJoin(arrayMap(hour -> toDateTime(hour * 3600, 'UTC'), range(intDiv(first, 3600), intDiv(last, 3600) + 1))) AS hour, trace_id
    FROM (
        SELECT project_id, trace_id, toUInt32(toDateTime(min(min_start))) AS first, toUInt32(toDateTime(max(max_start))) AS last
        FROM trace_index
        WHERE (trace_id, project_id) IN (SELECT trace_id, project_id FROM sought)
        GROUP BY project_id, trace_id
    )
)
SELECT
    project_id, trace_id, span_id, parent_span_id, run_id, 1 AS finished, effective_start, start_ns, end_ns, received_at,
    name, kind, status_code, service, agent, model, tool, room, session, user, error_type, error_message,
    tokens_input, tokens_output, tokens_cache_read, tokens_cache_write, tokens_reasoning, input, output, retention_days
FROM spans
WHERE (project_id, toStartOfHour(effective_start), trace_id) IN (SELECT project_id, hour, trace_id FROM hours)
UNION ALL
SELECT
    project_id, trace_id, span_id, parent_span_id, run_id, 0 AS finished, effective_start, start_ns, end_ns, received_at,
    name, kind, status_code, service, agent, model, tool, room, session, user, error_type, error_message,
    tokens_input, tokens_output, tokens_cache_read, tokens_cache_write, tokens_reasoning, input, output, retention_days
FROM open_spans FINAL
WHERE (project_id, trace_id) IN (SELECT project_id, trace_id FROM sought)
    AND (project_id, trace_id, span_id) NOT IN (
        SELECT project_id, trace_id, span_id
        FROM spans
        WHERE (project_id, toStartOfHour(effective_start), trace_id) IN (SELECT project_id, hour, trace_id FROM hours)
    )
