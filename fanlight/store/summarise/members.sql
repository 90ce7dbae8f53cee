-- The finished spans of the traces, with what a summary needs of each.
SELECT
    project_id, trace_id, span_id, parent_span_id, run_id, 1 AS finished, effective_start, start_ns, end_ns, received_at,
    name, kind, operation, dialect, status_code, service, agent, model, provider, tool, room, session, user, error_type, error_message,
    tokens_input, tokens_output, tokens_cache_read, tokens_cache_write, tokens_reasoning, first_token_ns, cost, unpriced, input, output, retention_days,
    state_reported
FROM spans
WHERE (project_id, toStartOfHour(effective_start), trace_id) IN (
    SELECT
        project_id,
        arrayJoin(arrayMap(hour -> toDateTime(hour * 3600, 'UTC'), range(intDiv(toUInt32(toDateTime(first)), 3600), intDiv(toUInt32(toDateTime(last)), 3600) + 1))),
        trace_id
    FROM places
)
