-- The structure of one trace, ordered by start, and by end where a clock's ticks are long: its finished
-- spans, and the open ones without a finished twin. An open span that was not heard of since a given time
-- is lost, and one of which that was said. No attribute, no content.
SELECT
    lower(hex(span_id)) AS span,
    if(parent_span_id = toFixedString('', 8), NULL, lower(hex(parent_span_id))),
    name,
    kind,
    span_kind,
    status_code,
    state,
    toUnixTimestamp64Nano(effective_start) AS start,
    if(state = 'finished', if(end_ns > start_ns, end_ns - start_ns, 0), NULL),
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
FROM (
    SELECT
        span_id, parent_span_id, name, kind, span_kind, status_code, effective_start, start_ns,
        end_ns, service, agent, model, model_requested, tool, tokens_input, tokens_output,
        error_type, event_name, has_content, run_id, operation, dialect, cost,
        finish_reason, first_token_ns, flags,
        'finished' AS state
    FROM spans
    WHERE project_id = {project_id:String}
        AND trace_id = toFixedString(unhex({trace_id:String}), 16)
        AND effective_start >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND effective_start <= fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    UNION ALL
    SELECT
        span_id, parent_span_id, name, kind, span_kind, status_code, effective_start, start_ns,
        end_ns, service, agent, model, model_requested, tool, tokens_input, tokens_output,
        error_type, event_name, has_content, run_id, operation, dialect, cost,
        finish_reason, first_token_ns, flags,
        if(
            state_reported = 'lost' OR toUnixTimestamp64Milli(received_at) < {heard_ms:Int64}, 'lost', 'open'
        ) AS state
    FROM open_spans FINAL
    WHERE project_id = {project_id:String}
        AND trace_id = toFixedString(unhex({trace_id:String}), 16)
        AND effective_start >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND effective_start <= fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
        AND span_id NOT IN (
            SELECT span_id
            FROM spans
            WHERE project_id = {project_id:String}
                AND trace_id = toFixedString(unhex({trace_id:String}), 16)
                AND effective_start >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
                AND effective_start <= fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
        )
)
ORDER BY start, if(state = 'finished', end_ns, 18446744073709551615), span
LIMIT {limit:UInt32}
