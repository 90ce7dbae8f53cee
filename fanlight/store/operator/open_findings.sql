-- Findings that go on, of all projects.
SELECT project_id, run_id, finding_id, kind, data
FROM findings FINAL
WHERE state = 'open'
ORDER BY seq DESC
LIMIT {limit:UInt32}
