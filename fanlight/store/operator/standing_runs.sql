-- Runs that go on and began before {begun_ms}, newest first.
SELECT project_id, run_id, lower(hex(trace_id)), toUnixTimestamp64Nano(started_at)
FROM runs FINAL
WHERE status = 'running' AND toUnixTimestamp64Milli(started_at) < {begun_ms:Int64}
ORDER BY started_at DESC
LIMIT {limit:UInt32}
SETTINGS do_not_merge_across_partitions_select_final = 1
