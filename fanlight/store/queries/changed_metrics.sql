-- Metric points stored in a range of sequences, in their order.
SELECT
    seq,
    name,
    toString(type),
    unit,
    toUnixTimestamp64Nano(time),
    multiIf(value_type = 1, value_double, value_type = 2, toFloat64(value_int), NULL),
    count,
    sum,
    service,
    room,
    session,
    attribute_keys,
    attribute_values
FROM metrics
WHERE project_id = {project_id:String}
    AND seq > {after:UInt64}
    AND seq <= {upto:UInt64}
    AND (
        {all:Bool}
        OR has({rooms:Array(String)}, room)
        OR has({sessions:Array(String)}, session)
    )
ORDER BY seq
LIMIT {limit:UInt32}
