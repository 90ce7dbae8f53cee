-- Spans stored in a range of sequences, in their order.
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
    toUnixTimestamp64Nano(effective_start),
    if(end_ns > start_ns, end_ns - start_ns, 0),
    service,
    agent,
    if(model = '', model_requested, model),
    tool,
    tokens_input,
    tokens_output,
    error_type,
    length(event_name)
FROM spans
WHERE project_id = {project_id:String}
    AND seq > {after:UInt64}
    AND seq <= {upto:UInt64}
    AND (
        has({runs:Array(String)}, run_id)
        OR has({rooms:Array(String)}, room)
        OR has({sessions:Array(String)}, session)
    )
ORDER BY seq
LIMIT {limit:UInt32}
