-- The highest sequence stored.
SELECT max(last)
FROM (
    SELECT max(seq) AS last FROM spans
    UNION ALL SELECT max(seq) FROM open_spans
    UNION ALL SELECT max(seq) FROM logs
    UNION ALL SELECT max(seq) FROM metrics
    UNION ALL SELECT max(seq) FROM runs
    UNION ALL SELECT max(seq) FROM findings
)
