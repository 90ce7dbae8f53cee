-- The pieces of text that a span streamed, in their order.
SELECT
    lower(hex(trace_id)),
    lower(hex(span_id)),
    toUInt32OrZero(attributes['fanlight.token.index']) AS index,
    toUInt32OrZero(attributes['fanlight.token.count']),
    body
FROM logs
WHERE project_id = {project_id:String}
    AND trace_id = toFixedString(unhex({trace_id:String}), 16)
    AND span_id = toFixedString(unhex({span_id:String}), 8)
    AND event_name = 'fanlight.token'
    AND body_type = 1
ORDER BY index, seq
LIMIT {limit:UInt32}
