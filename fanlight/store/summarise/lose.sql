-- The same summaries again, as lost.
INSERT INTO runs
SELECT * REPLACE ('lost' AS status, {first_seq:UInt64} + row_number() OVER (ORDER BY started_at, run_id) - 1 AS seq)
FROM runs FINAL
WHERE (project_id, run_id) IN (SELECT arrayJoin(arrayZip({projects:Array(String)}, {runs:Array(String)})))
    AND runs.status = 'running'
