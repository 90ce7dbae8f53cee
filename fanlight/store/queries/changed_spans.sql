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
FROM (
    SELECT
        seq, room, session, trace_id, run_id, span_id, parent_span_id, name, kind, span_kind, status_code,
        effective_start, start_ns, end_ns, service, agent, model, model_requested, tool, tokens_input,
        tokens_output, error_type, event_name, has_content, cost, finish_reason, first_token_ns,
        'finished' AS state
    FROM spans
    WHERE project_id = {project_id:String}
        AND seq > {after:UInt64}
        AND seq <= {upto:UInt64}
        AND (
            has({runs:Array(String)}, run_id)
            OR has({rooms:Array(String)}, room)
            OR has({sessions:Array(String)}, session)
        )
    UNION ALL
    SELECT
        seq, room, session, trace_id, run_id, span_id, parent_span_id, name, kind, span_kind, status_code,
        effective_start, start_ns, end_ns, service, agent, model, model_requested, tool, tokens_input,
        tokens_output, error_type, event_name, has_content, cost, finish_reason, first_token_ns,
        if(state_reported = 'lost', 'lost', 'open') AS state
    FROM open_spans
    WHERE project_id = {project_id:String}
        AND seq > {after:UInt64}
        AND seq <= {upto:UInt64}
        AND (
            has({runs:Array(String)}, run_id)
            OR has({rooms:Array(String)}, room)
            OR has({sessions:Array(String)}, session)
        )
)
ORDER BY seq
LIMIT {limit:UInt32}
