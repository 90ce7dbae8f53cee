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
/*include changed_logs*/
ORDER BY seq
LIMIT {limit:UInt32}
