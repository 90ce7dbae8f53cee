-- One window of a project's runs, newest first, strictly behind a place in the list.
-- FINAL merges only what lies inside the window, which the caller keeps small.
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
    lower(hex(root_span_id))
FROM runs FINAL
WHERE project_id = {project_id:String}
    AND started_at >= fromUnixTimestamp64Nano({floor_ns:Int64}, 'UTC')
    AND started_at <= fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')
    AND (started_at < fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC') OR run_id < {before_id:String})
    /*filter*/
ORDER BY started_at DESC, run_id DESC
LIMIT {limit:UInt32}
SETTINGS do_not_merge_across_partitions_select_final = 1
