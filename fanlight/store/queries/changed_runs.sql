-- Run summaries written in a range of sequences, in their order; what a newer one replaced may be missing.
SELECT
    seq,
    /*include run_columns*/
/*include changed_runs*/
ORDER BY seq
LIMIT {limit:UInt32}
