-- Running runs that nothing was heard of since {silent_ms}; since {open_silent_ms} is enough where some span of the
-- trace was seen before it ended, for a living process repeats those.
SELECT project_id, run_id
FROM runs FINAL
WHERE status = 'running' AND toUnixTimestamp64Milli(heard_at) < {open_silent_ms:Int64}
    AND (
        toUnixTimestamp64Milli(heard_at) < {silent_ms:Int64}
        OR (trace_id, project_id) IN (
            SELECT trace_id, project_id
            FROM trace_index
            WHERE opened = 1 AND trace_id IN (
                SELECT trace_id
                FROM runs FINAL
                WHERE status = 'running' AND toUnixTimestamp64Milli(heard_at) < {open_silent_ms:Int64}
            )
        )
    )
SETTINGS do_not_merge_across_partitions_select_final = 1
