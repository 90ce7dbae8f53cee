-- What some calls of some traces gave: a hash, and the beginning of it.
SELECT
    lower(hex(span_id)),
    cityHash64(mapValues(attributes)[arrayFirst(place -> place != 0, places)]),
    leftUTF8(mapValues(attributes)[arrayFirst(place -> place != 0, places)], 32)
FROM (
    SELECT
        span_id,
        attributes,
        arrayMap(key -> indexOf(mapKeys(attributes), key), {outputs:Array(String)}) AS places
    FROM spans
    WHERE project_id = {project_id:String}
        AND toStartOfHour(effective_start) >= toStartOfHour(fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC'))
        AND trace_id IN (SELECT toFixedString(unhex(arrayJoin({traces:Array(String)})), 16))
        AND span_id IN (SELECT toFixedString(unhex(arrayJoin({spans:Array(String)})), 8))
)
WHERE arrayExists(place -> place != 0, places)
