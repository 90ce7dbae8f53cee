-- One page of the spans of a session, newest first, strictly behind a place in the list: finished ones, and
-- the open ones without a finished twin. Of a text attribute there is the beginning.
SELECT
    toUnixTimestamp64Nano(effective_start) AS start,
    lower(hex(trace_id)) AS trace,
    lower(hex(span_id)) AS span,
    if(parent_span_id = toFixedString('', 8), NULL, lower(hex(parent_span_id))),
    name,
    if(state = 'finished', if(end_ns > start_ns, end_ns - start_ns, 0), NULL),
    kind,
    status_code,
    status_message,
    state,
    service,
    keys,
    arrayMap((v, t) -> if(t = 1, substringUTF8(v, 1, {characters:UInt32}), v), values, types),
    types
FROM (
    SELECT
        trace_id, span_id, parent_span_id, name, kind, status_code, status_message, effective_start, start_ns,
        end_ns, service, attribute_keys AS keys, attribute_values AS values, attribute_types AS types,
        'finished' AS state
    FROM spans
    WHERE project_id = {project_id:String}
        AND effective_start >= fromUnixTimestamp64Nano({floor_ns:Int64}, 'UTC')
        AND effective_start <= fromUnixTimestamp64Nano({place_ns:Int64}, 'UTC')
        /*filter*/
    UNION ALL
    SELECT
        trace_id, span_id, parent_span_id, name, kind, status_code, status_message, effective_start, start_ns,
        end_ns, service, attribute_keys AS keys, attribute_values AS values, attribute_types AS types,
        if(
            state_reported = 'lost' OR toUnixTimestamp64Milli(received_at) < {heard_ms:Int64}, 'lost', 'open'
        ) AS state
    FROM open_spans FINAL
    WHERE project_id = {project_id:String}
        AND effective_start >= fromUnixTimestamp64Nano({floor_ns:Int64}, 'UTC')
        AND effective_start <= fromUnixTimestamp64Nano({place_ns:Int64}, 'UTC')
        /*filter*/
        AND (trace_id, span_id) NOT IN (
            SELECT trace_id, span_id
            FROM spans
            WHERE project_id = {project_id:String}
                AND effective_start >= fromUnixTimestamp64Nano({floor_ns:Int64}, 'UTC')
                /*filter*/
        )
)
WHERE (start, trace, span) < ({place_ns:Int64}, {place_trace:String}, {place_span:String})
ORDER BY start DESC, trace DESC, span DESC
LIMIT {limit:UInt32}
