-- Log records stored in a range of sequences, in their order.
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
    AND seq > {after:UInt64}
    AND seq <= {upto:UInt64}
    AND event_name != 'fanlight.token'
    AND (
        {all:Bool}
        OR has({runs:Array(String)}, attributes['fanlight.run.id'])
        OR (
            has({runs:Array(String)}, lower(hex(trace_id)))
            AND attributes['fanlight.run.id'] = ''
        )
        OR has({rooms:Array(String)}, room)
        OR has({sessions:Array(String)}, session)
    )
ORDER BY seq
LIMIT {limit:UInt32}
