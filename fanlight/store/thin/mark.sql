-- Mark the traces of a project of which nothing but summaries is kept: all their runs succeeded and are over, nothing
-- failed in them, nothing was found about them, no rule keeps them, and their random bits are below the threshold.
-- Bits that a tracestate states are not known here: those of the id decide.
INSERT INTO trace_index (trace_id, project_id, min_start, max_start, received_at, retention_days, opened, thinned)
SELECT
    trace_id, project_id, min(min_start), max(max_start), fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC'),
    max(retention_days), max(trace_index.opened), 1
FROM trace_index
WHERE project_id = {project_id:String} AND trace_id IN (
    SELECT trace_id
    FROM runs FINAL
    WHERE project_id = {project_id:String}
        AND heard_at >= fromUnixTimestamp64Milli({heard_from_ms:Int64}, 'UTC')
        AND heard_at < fromUnixTimestamp64Milli({heard_until_ms:Int64}, 'UTC')
    GROUP BY trace_id
    HAVING reinterpretAsUInt64(reverse(substring(toString(trace_id), 10, 7))) < {threshold:UInt64}
)
AND trace_id NOT IN (
    SELECT trace_id
    FROM runs FINAL
    WHERE project_id = {project_id:String}
        AND (
            status != 'success' OR error_count > 0
            OR heard_at >= fromUnixTimestamp64Milli({heard_until_ms:Int64}, 'UTC')
            OR run_id IN (SELECT run_id FROM findings WHERE project_id = {project_id:String})
            /*keep*/
        )
)
GROUP BY trace_id, project_id
HAVING max(trace_index.thinned) = 0
SETTINGS do_not_merge_across_partitions_select_final = 1
