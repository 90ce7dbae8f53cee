-- A page of an export: values of attributes that are too long for their span's row, as base64.
SELECT
    lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, place, base64Encode(value) AS value_base64,
    length(value) AS bytes
FROM span_content
WHERE project_id = {project_id:String}
    AND (trace_id, span_id, place) > (
        toFixedString(unhex({trace:String}), 16), toFixedString(unhex({span:String}), 8), {place:UInt32})
    AND (trace_id, span_id, place) <= (
        toFixedString(unhex({last_trace:String}), 16), toFixedString(unhex({last_span:String}), 8),
        {last_place:UInt32})
    AND effective_start >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND effective_start < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
ORDER BY trace_id, span_id, place
