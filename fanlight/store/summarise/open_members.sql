-- The open spans of the traces that have no finished twin, as `members`.
INSERT INTO members
SELECT
    project_id, trace_id, span_id, parent_span_id, run_id, 0 AS finished, effective_start, start_ns, end_ns, received_at,
    name, kind, operation, dialect, status_code, service, agent, model, provider, tool, room, session, user, error_type, error_message,
    tokens_input, tokens_output, tokens_cache_read, tokens_cache_write, tokens_reasoning, first_token_ns, cost, unpriced, input, output, retention_days,
    state_reported
FROM open_spans FINAL
WHERE (project_id, trace_id) IN (SELECT project_id, trace_id FROM places)
    AND (project_id, trace_id, span_id) NOT IN (SELECT project_id, trace_id, span_id FROM members)
