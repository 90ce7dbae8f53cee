-- The log records about one span that carry content, oldest first. Of those past `longest` bytes of them all
-- there is only the name, and the last column says so.
SELECT
    named,
    if(whole, body_value, ''),
    if(whole, body_type, 0),
    if(whole, attribute_keys, []),
    if(whole, attribute_values, []),
    if(whole, attribute_types, []),
    whole
FROM (
    SELECT
        if(event_name = '', attributes['event.name'], event_name) AS named,
        body_value,
        body_type,
        attribute_keys,
        attribute_values,
        attribute_types,
        length(body) + arraySum(arrayMap(text -> length(text), mapValues(attributes))) AS bytes,
        time,
        seq,
        sum(bytes) OVER (ORDER BY time, seq) <= {longest:UInt64} AS whole
    FROM logs
    WHERE project_id = {project_id:String}
        AND time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND time <= fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
        AND trace_id = toFixedString(unhex({trace_id:String}), 16)
        AND span_id = toFixedString(unhex({span_id:String}), 8)
        AND named IN {names:Array(String)}
)
ORDER BY time, seq
LIMIT {limit:UInt32}
