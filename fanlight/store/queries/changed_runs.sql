-- Run summaries written in a range of sequences, in their order; what a newer one replaced may be missing.
SELECT
    seq,
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
    lower(hex(root_span_id))
FROM runs
WHERE project_id = {project_id:String}
    AND seq > {after:UInt64}
    AND seq <= {upto:UInt64}
    AND gone = 0
    AND (
        {all:Bool}
        OR has({runs:Array(String)}, run_id)
        OR has({rooms:Array(String)}, room)
        OR has({sessions:Array(String)}, session)
    )
ORDER BY seq
LIMIT {limit:UInt32}
