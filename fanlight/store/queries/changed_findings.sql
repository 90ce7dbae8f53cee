-- Findings noted in a range of sequences, in their order; what a newer one replaced may be missing.
SELECT seq, run_id, finding_id, kind, state, toUnixTimestamp64Milli(at), data
/*include changed_findings*/
ORDER BY seq
LIMIT {limit:UInt32}
