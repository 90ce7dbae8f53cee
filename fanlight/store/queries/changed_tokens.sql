-- Pieces of streamed text stored in a range of sequences, in their order.
SELECT
    seq,
    if(attributes['fanlight.run.id'] = '', lower(hex(trace_id)), attributes['fanlight.run.id']) AS run,
    lower(hex(trace_id)),
    lower(hex(span_id)),
    toUInt32OrZero(attributes['fanlight.token.index']),
    toUInt32OrZero(attributes['fanlight.token.count']),
    body
/*include changed_tokens*/
ORDER BY seq
LIMIT {limit:UInt32}
