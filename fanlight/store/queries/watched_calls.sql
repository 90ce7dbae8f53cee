-- The last calls of some traces that go on, without any content.
SELECT
    lower(hex(trace_id)),
    lower(hex(span_id)),
    kind,
    if(tool = '', name, tool),
    agent,
    call_hash,
    status_code = 2,
    cityHash64(error_type, error_message),
    toUnixTimestamp64Nano(effective_start),
    if(end_ns > start_ns, end_ns - start_ns, 0)
FROM spans
WHERE project_id = {project_id:String}
    AND toStartOfHour(effective_start) >= toStartOfHour(fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC'))
    AND trace_id IN (SELECT toFixedString(unhex(arrayJoin({traces:Array(String)})), 16))
    AND kind IN ('tool', 'llm', 'retriever')
ORDER BY effective_start DESC, span_id
LIMIT {calls:UInt32} BY trace_id
