-- The spans of one trace with what an analysis needs of each, by start: finished ones, and open ones
-- without a finished twin. Of an input and an output the first attribute that is there: its hash, its type
-- and its beginning; a list or an object is given whole as base64, or not at all when it is long.
SELECT
    lower(hex(span_id)) AS span,
    if(parent_span_id = toFixedString('', 8), NULL, lower(hex(parent_span_id))),
    run_id,
    name,
    kind,
    agent,
    tool,
    if(model = '', model_requested, model),
    service,
    state,
    status_code,
    error_type,
    leftUTF8(error_message, 2000),
    toUInt16OrZero(if(http_status = '', http_status_before, http_status)),
    finish_reason,
    toUnixTimestamp64Nano(effective_start) AS start,
    if(state = 'finished', if(end_ns > start_ns, end_ns - start_ns, 0), NULL),
    call_hash,
    attribute_types[input_place],
    if(input_place = 0, 0, cityHash64(input_value)),
    multiIf(
        attribute_types[input_place] < 5, leftUTF8(input_value, {most:UInt32}),
        length(input_value) > {most:UInt32}, NULL,
        base64Encode(input_value)
    ),
    attribute_types[output_place],
    if(output_place = 0, 0, cityHash64(output_value)),
    multiIf(
        attribute_types[output_place] < 5, leftUTF8(output_value, {most:UInt32}),
        length(output_value) > {most:UInt32}, NULL,
        base64Encode(output_value)
    ),
    tokens_input,
    tokens_output,
    toString(cost)
FROM (
    SELECT
        *,
        attributes['http.response.status_code'] AS http_status,
        attributes['http.status_code'] AS http_status_before,
        arrayMap(key -> indexOf(mapKeys(attributes), key), {inputs:Array(String)}) AS input_places,
        arrayMap(key -> indexOf(mapKeys(attributes), key), {outputs:Array(String)}) AS output_places,
        arrayFirst(place -> place != 0, input_places) AS input_place,
        arrayFirst(place -> place != 0, output_places) AS output_place,
        mapValues(attributes)[input_place] AS input_value,
        mapValues(attributes)[output_place] AS output_value
    FROM (
        SELECT
            span_id, parent_span_id, run_id, name, kind, agent, tool, model, model_requested, service,
            status_code, error_type, error_message, finish_reason, effective_start, start_ns, end_ns,
            call_hash, attributes, attribute_types, tokens_input, tokens_output, cost,
            'finished' AS state
        FROM spans
        WHERE project_id = {project_id:String}
            AND trace_id = toFixedString(unhex({trace_id:String}), 16)
            AND effective_start >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
            AND effective_start <= fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
        UNION ALL
        SELECT
            span_id, parent_span_id, run_id, name, kind, agent, tool, model, model_requested, service,
            status_code, error_type, error_message, finish_reason, effective_start, start_ns, end_ns,
            call_hash, attributes, attribute_types, tokens_input, tokens_output, cost,
            if(
                state_reported = 'lost' OR toUnixTimestamp64Milli(received_at) < {heard_ms:Int64},
                'lost', 'open'
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
)
ORDER BY start, span
LIMIT {limit:UInt32}
