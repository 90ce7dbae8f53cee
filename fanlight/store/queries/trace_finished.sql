-- The structure of one trace of which no span was seen before it ended: the columns of trace_structure.sql
-- for half of its price. No attribute, no content.
SELECT
    lower(hex(span_id)),
    if(parent_span_id = toFixedString('', 8), NULL, lower(hex(parent_span_id))),
    name,
    kind,
    span_kind,
    status_code,
    'finished',
    toUnixTimestamp64Nano(effective_start),
    if(end_ns > start_ns, end_ns - start_ns, 0),
    nullIf(service, ''),
    nullIf(agent, ''),
    nullIf(if(model = '', model_requested, model), ''),
    nullIf(tool, ''),
    tokens_input,
    tokens_output,
    nullIf(error_type, ''),
    length(event_name),
    has_content,
    run_id,
    if(dialect = 'coding_agent', operation, ''),
    toString(cost),
    nullIf(finish_reason, ''),
    first_token_ns,
    if(end_ns != 0 AND end_ns < start_ns, arrayPushBack(flags, 'ends_before_start'), flags)
FROM spans
WHERE project_id = {project_id:String}
    AND trace_id = toFixedString(unhex({trace_id:String}), 16)
    AND effective_start >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND effective_start <= fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
ORDER BY effective_start, span_id
LIMIT {limit:UInt32}
