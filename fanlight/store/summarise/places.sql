-- The traces whose runs are due, where in time they lie, and whether a span of theirs was seen before it ended.
SELECT project_id, trace_id, min(min_start) AS first, max(max_start) AS last, max(trace_index.opened) AS opened
FROM trace_index
WHERE (trace_id, project_id) IN (
    SELECT toFixedString(unhex(key.2), 16), key.1
    FROM (SELECT arrayJoin(arrayZip({projects:Array(String)}, {traces:Array(String)})) AS key)
)
GROUP BY project_id, trace_id
-- Of a thinned trace only some spans may be there: what was summed up of all of them stands.
HAVING max(trace_index.thinned) = 0
