-- What is stored of the runs of the traces.
SELECT
    project_id, run_id, trace_id, started_at, ended_at, heard_at, status, name, agent, service, room, session, user,
    models, agents, tools, root_span_id, error_type, error_message, error_span_id, span_count, error_count, llm_count,
    tool_count, tokens_input, tokens_output, tokens_cache_read, tokens_cache_write, tokens_reasoning, input, output,
    retention_days
FROM runs FINAL
WHERE (project_id, trace_id) IN (SELECT project_id, trace_id FROM places)
    AND started_at >= (SELECT min(first) FROM places)
    AND started_at <= (SELECT max(last) FROM places)
