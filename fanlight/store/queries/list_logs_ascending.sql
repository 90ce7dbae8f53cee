-- One page of a project's log records, oldest first, strictly behind a place in the list.
SELECT
    toUnixTimestamp64Nano(time),
    seq,
    observed_ns,
    severity_number,
    severity_text,
    if(body_type = 1, substringUTF8(body, 1, {body_characters:UInt32}), body_value),
    body_type,
    event_name,
    lower(hex(trace_id)),
    lower(hex(span_id)),
    attributes['fanlight.run.id'],
    service,
    room,
    session,
    scope_name,
    attribute_keys,
    attribute_values,
    attribute_types,
    resource_keys,
    resource_values,
    resource_types
FROM logs
WHERE project_id = {project_id:String}
    AND time >= fromUnixTimestamp64Nano({place_ns:Int64}, 'UTC')
    AND time < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    AND (time, seq) > (fromUnixTimestamp64Nano({place_ns:Int64}, 'UTC'), {place_seq:UInt64})
    /*filter*/
ORDER BY time, seq
LIMIT {limit:UInt32}
