-- Running runs that nothing was heard of since {silent_ms}.
SELECT project_id, run_id
FROM runs FINAL
WHERE status = 'running' AND toUnixTimestamp64Milli(heard_at) < {silent_ms:Int64}
SETTINGS do_not_merge_across_partitions_select_final = 1
