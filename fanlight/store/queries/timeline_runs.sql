-- When the runs of a session began (1) and ended (2), in order, strictly behind a place.
SELECT
    toUnixTimestamp64Nano(moment.1) AS moment_ns,
    moment.2 AS part,
    /*include run_columns*/
FROM
(
    SELECT
        *,
        arrayJoin(arrayFilter(each -> isNotNull(each.1),
            [(toNullable(started_at), 1), (ended_at, 2)])) AS moment
    FROM runs FINAL
    WHERE project_id = {project_id:String}
        /*filter*/
)
WHERE (moment_ns, part, run_id) > ({place_ns:Int64}, {place_part:UInt8}, {place_id:String})
ORDER BY moment_ns, part, run_id
LIMIT {limit:UInt32}
SETTINGS do_not_merge_across_partitions_select_final = 1
