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
/*include changed_metrics*/
ORDER BY seq
LIMIT {limit:UInt32}
