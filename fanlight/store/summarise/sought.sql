-- The traces whose runs are due.
SELECT DISTINCT key.1 AS project_id, toFixedString(unhex(key.2), 16) AS trace_id
FROM (SELECT arrayJoin(arrayZip({projects:Array(String)}, {traces:Array(String)})) AS key)
