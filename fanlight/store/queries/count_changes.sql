-- How many events a range of sequences has: as many as the questions `changed_*` would give without a limit.
SELECT sum(found)
FROM (
    SELECT countIf(has({types:Array(String)}, 'run')) AS found
    /*include changed_runs*/
    UNION ALL
    SELECT countIf(has({types:Array(String)}, 'finding')) AS found
    /*include changed_findings*/
    UNION ALL
    SELECT countIf(has({types:Array(String)}, 'span')) AS found
    /*include changed_spans*/
    UNION ALL
    SELECT count() AS found
    /*include changed_logs*/
    UNION ALL
    SELECT countIf(has({types:Array(String)}, 'token')) AS found
    /*include changed_tokens*/
    UNION ALL
    SELECT countIf(has({types:Array(String)}, 'metric')) AS found
    /*include changed_metrics*/
)
