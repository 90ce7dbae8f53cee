-- Pieces of streamed text stored in a range of sequences, in their order.
SELECT
    seq,
    if(attributes['fanlight.run.id'] = '', lower(hex(trace_id)), attributes['fanlight.run.id']) AS run,
    lower(hex(trace_id)),
    lower(hex(span_id)),
    toUInt32OrZero(attributes['fanlight.token.index']),
    toUInt32OrZero(attributes['fanlight.token.count']),
    body
FROM logs
WHERE project_id = {project_id:String}
    AND seq > {after:UInt64}
    AND seq <= {upto:UInt64}
    AND event_name = 'fanlight.token'
    AND body_type = 1
    AND has({runs:Array(String)}, run)
ORDER BY seq
LIMIT {limit:UInt32}
