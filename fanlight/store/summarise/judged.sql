-- What their tree decided for spans of branching traces: the run each belongs to, and whether its usage counts.
SELECT
    row.1 AS project_id, toFixedString(unhex(row.2), 16) AS trace_id, toFixedString(unhex(row.3), 8) AS span_id,
    row.4 AS run, toUInt8(row.5 = '1') AS counts, toUInt8(1) AS known
FROM (
    SELECT arrayJoin(arrayZip({projects:Array(String)}, {traces:Array(String)}, {spans:Array(String)},
        {runs:Array(String)}, {counts:Array(String)})) AS row
)
