-- Summaries that differ from what is stored, and rows that remove stored ones whose key is no more. A run that was
-- declared lost stays so until something new is heard of it.
SELECT
    * EXCEPT (place),
    {first_seq:UInt64} + row_number() OVER (ORDER BY gone DESC, place) - 1 AS seq
FROM (
    SELECT summary.*, 0 AS gone, (summary.started_at, summary.run_id) AS place
    FROM summary
    LEFT ANY JOIN previous ON summary.project_id = previous.project_id AND summary.run_id = previous.run_id AND summary.started_at = previous.started_at
    WHERE toString(tuple(summary.* EXCEPT (status))) != toString(tuple(previous.* EXCEPT (status)))
        OR (summary.status != previous.status AND NOT (summary.status = 'running' AND previous.status = 'lost'))
    UNION ALL
    SELECT previous.*, 1 AS gone, (started_at, run_id) AS place
    FROM previous
    WHERE (project_id, run_id, started_at) NOT IN (SELECT project_id, run_id, started_at FROM summary)
)
