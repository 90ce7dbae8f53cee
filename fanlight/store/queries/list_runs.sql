-- One window of a project's runs, newest first, strictly behind a place in the list.
-- FINAL merges only what lies inside the window, which the caller keeps small.
SELECT
    /*include run_columns*/
FROM runs FINAL
WHERE project_id = {project_id:String}
    AND started_at >= fromUnixTimestamp64Nano({floor_ns:Int64}, 'UTC')
    AND started_at <= fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')
    AND (started_at < fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC') OR run_id < {before_id:String})
    /*filter*/
ORDER BY started_at DESC, run_id DESC
LIMIT {limit:UInt32}
SETTINGS do_not_merge_across_partitions_select_final = 1
