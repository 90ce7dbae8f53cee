-- The whole of each long text, array, kvlist and bytes; `spans` keeps its beginning.
SELECT
    project_id, trace_id, span_id, toUInt32(cell.1) AS place, cell.2 AS value, effective_start, received_at, retention_days
FROM incoming
ARRAY JOIN arrayFilter(cell -> cell.3 IN (1, 5, 6, 7) AND length(cell.2) > {longest:UInt32},
    arrayZip(arrayEnumerate(attribute_types), mapValues(attributes), attribute_types)) AS cell
WHERE end_ns != 0 AND seq NOT IN (SELECT seq FROM refused)
