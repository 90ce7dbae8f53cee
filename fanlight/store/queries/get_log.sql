-- One log record by its place, with its whole body.
SELECT
    toUnixTimestamp64Nano(time),
    seq,
    observed_ns,
    severity_number,
    severity_text,
    body_value,
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
    AND time = fromUnixTimestamp64Nano({time_ns:Int64}, 'UTC')
    AND seq = {seq:UInt64}
LIMIT 1
