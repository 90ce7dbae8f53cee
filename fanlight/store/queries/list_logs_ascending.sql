-- One page of a project's log records, oldest first, strictly behind a place in the list.
SELECT
    toUnixTimestamp64Nano(time),
    seq,
    observed_ns,
    severity_number,
    severity_text,
    multiIf(body_type >= 5, base64Encode(body), body_type = 1, substringUTF8(body, 1, {body_characters:UInt32}), body),
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
    AND time >= fromUnixTimestamp64Nano({place_ns:Int64}, 'UTC')
    AND time < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    AND (time, seq) > (fromUnixTimestamp64Nano({place_ns:Int64}, 'UTC'), {place_seq:UInt64})
    /*filter*/
ORDER BY time, seq
LIMIT {limit:UInt32}
