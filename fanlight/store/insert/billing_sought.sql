-- Log records that carry a billing event, in their order; and whether the record is stored for the first time.
SELECT
    seq, project_id, toString(received_ns), toString(own_ns),
    if(trace_id = toFixedString('', 16), '', lower(hex(trace_id))), lower(hex(span_id)), room,
    mapFilter((key, value) -> startsWith(key, 'fanlight.'), attributes),
    seq NOT IN (SELECT seq FROM refused)
FROM incoming
WHERE event_name = 'fanlight.billing'
ORDER BY seq
