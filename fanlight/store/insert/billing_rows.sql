-- Billing events out of lists of texts, in the order of the columns of `billing`.
SELECT
    values[1] AS project_id,
    values[2] AS event_id,
    toUInt64(values[3]) AS version,
    toUInt64(values[4]) AS seq,
    fromUnixTimestamp64Nano(toInt64(values[5]), 'UTC') AS occurred_at,
    fromUnixTimestamp64Milli(toInt64(values[6]), 'UTC') AS received_at,
    values[7] AS kind,
    toDecimal128(values[8], 12) AS amount,
    values[9] AS currency,
    values[10] AS customer,
    values[11] AS run_id,
    toFixedString(unhex(values[12]), 8) AS span_id,
    values[13] AS agent,
    values[14] AS room,
    values[15] AS description,
    toUInt8(values[16]) AS verified,
    toUInt16(values[17]) AS retention_days
FROM (SELECT arrayJoin({rows:Array(Array(String))}) AS values)
