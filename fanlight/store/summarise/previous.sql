-- What is stored of the runs of the traces.
SELECT
    project_id, run_id, trace_id, started_at, ended_at, heard_at, status, name, agent, service, room, session, user,
    models, providers, agents, tools, root_span_id, error_type, error_message, error_span_id, span_count, error_count, llm_count,
    tool_count, tokens_input, tokens_output, tokens_cache_read, tokens_cache_write, tokens_reasoning,
    first_token_ns, cost, unpriced_tokens, unpriced_reasons, usage.at, usage.kind, usage.agent, usage.model, usage.provider,
    usage.tool, usage.spans, usage.errors, usage.tokens_input, usage.tokens_output, usage.tokens_cache_read,
    usage.tokens_cache_write, usage.tokens_reasoning, usage.cost, usage.unpriced_tokens, usage.durations_ms, input, output,
    retention_days
FROM runs FINAL
WHERE (project_id, trace_id) IN (SELECT project_id, trace_id FROM places)
    AND started_at >= (SELECT min(first) FROM places)
    AND started_at <= (SELECT max(last) FROM places)
