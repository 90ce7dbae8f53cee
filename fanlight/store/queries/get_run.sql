-- One run with its input and output.
SELECT
    run_id,
    lower(hex(trace_id)),
    name,
    status,
    agent,
    service,
    room,
    session,
    user,
    toUnixTimestamp64Nano(started_at),
    toUnixTimestamp64Nano(ended_at),
    tokens_input,
    tokens_output,
    tokens_cache_read,
    tokens_cache_write,
    tokens_reasoning,
    toString(cost),
    unpriced_tokens,
    models,
    error_type,
    error_message,
    lower(hex(error_span_id)),
    span_count,
    error_count,
    llm_count,
    tool_count,
    lower(hex(root_span_id)),
    input,
    output
FROM runs
WHERE project_id = {project_id:String}
    AND run_id = {run_id:String}
ORDER BY seq DESC
LIMIT 1
