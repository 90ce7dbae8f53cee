-- The structure of one trace, ordered by start: no attribute, no content.
WITH
    {trace_id:String} AS trace,
    fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC') AS since,
    fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC') AS until
SELECT
    lower(hex(span_id)) AS span,
    if(parent_span_id = toFixedString('', 8), NULL, lower(hex(parent_span_id))),
    name,
    kind,
    span_kind,
    status_code,
    toUnixTimestamp64Nano(effective_start) AS start,
    if(end_ns > start_ns, end_ns - start_ns, 0),
    nullIf(service, ''),
    nullIf(agent, ''),
    nullIf(if(model = '', model_requested, model), ''),
    nullIf(tool, ''),
    tokens_input,
    tokens_output,
    nullIf(error_type, ''),
    length(event_name)
FROM spans
WHERE project_id = {project_id:String}
    AND trace_id = toFixedString(unhex(trace), 16)
    AND effective_start >= since
    AND effective_start <= until
ORDER BY start, span
LIMIT {limit:UInt32}
