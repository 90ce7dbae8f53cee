-- One log record by its place, with its whole body.
SELECT
    toUnixTimestamp64Nano(time),
    seq,
    observed_ns,
    severity_number,
    severity_text,
    if(body_type >= 5, base64Encode(body), body),
    body_type,
    event_name,
    lower(hex(trace_id)),
    lower(hex(span_id)),
    attributes['fanlight.run.id'],
    service,
    room,
    session,
    scope_name,
    mapKeys(attributes),
    arrayMap((text, type) -> if(type >= 5, base64Encode(text), text), mapValues(attributes), attribute_types),
    attribute_types,
    mapKeys(resource),
    arrayMap((text, type) -> if(type >= 5, base64Encode(text), text), mapValues(resource), resource_types),
    resource_types
FROM logs
WHERE project_id = {project_id:String}
    AND time = fromUnixTimestamp64Nano({time_ns:Int64}, 'UTC')
    AND seq = {seq:UInt64}
LIMIT 1
