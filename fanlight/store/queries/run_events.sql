-- Events of a run in their own order, behind a place; of two at one place the first that was stored.
SELECT
    toUInt64OrZero(attributes['fanlight.event.seq']) AS place,
    attributes['fanlight.event.type'],
    attributes['fanlight.event.verified'] = 'true',
    body
FROM logs
WHERE project_id = {project_id:String}
    AND trace_id = toFixedString(unhex({run_id:String}), 16)
    AND event_name = 'fanlight.run.event'
    AND body_type = 1
    AND place > {after:UInt64}
    AND place <= {upto:UInt64}
    AND (empty({types:Array(String)}) OR has({types:Array(String)}, attributes['fanlight.event.type']))
ORDER BY place, seq
LIMIT 1 BY place
LIMIT {limit:UInt32}
