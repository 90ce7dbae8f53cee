-- Spans stored in a range of sequences, in their order: finished ones, and snapshots of open ones.
SELECT
    seq,
    room,
    session,
    lower(hex(trace_id)),
    run_id,
    lower(hex(span_id)),
    lower(hex(parent_span_id)),
    name,
    kind,
    span_kind,
    status_code,
    state,
    toUnixTimestamp64Nano(effective_start),
    if(state = 'finished', if(end_ns > start_ns, end_ns - start_ns, 0), NULL),
    service,
    agent,
    if(model = '', model_requested, model),
    tool,
    tokens_input,
    tokens_output,
    error_type,
    length(event_name),
    has_content,
    toString(cost),
    finish_reason,
    first_token_ns
/*include changed_spans*/
ORDER BY seq
LIMIT {limit:UInt32}
