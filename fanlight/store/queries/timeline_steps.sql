-- Tool calls of a session's runs, and what else of a run failed and is no frame around it, by start, strictly
-- behind a place.
WITH
    belonging AS (SELECT trace_id FROM runs FINAL WHERE project_id = {project_id:String} /*filter*/),
    (
        SELECT (min(min_start), max(max_start))
        FROM trace_index
        WHERE project_id = {project_id:String} AND trace_id IN belonging
    ) AS bounds
SELECT
    toUnixTimestamp64Nano(effective_start) AS start,
    lower(hex(trace_id)) AS trace,
    lower(hex(span_id)) AS span,
    run_id,
    name,
    kind,
    agent,
    tool,
    if(end_ns > start_ns, end_ns - start_ns, 0),
    status_code = 2,
    error_type,
    leftUTF8(error_message, {characters:UInt32})
FROM spans
WHERE project_id = {project_id:String}
    AND effective_start >= greatest(fromUnixTimestamp64Nano({place_ns:Int64}, 'UTC'), bounds.1)
    AND effective_start <= bounds.2
    AND trace_id IN belonging
    AND session IN ('', {within_session:String})
    AND (kind = 'tool' OR (status_code = 2 AND kind NOT IN ('agent', 'chain', 'room', 'internal')))
    AND (start, trace, span) > ({place_ns:Int64}, {place_trace:String}, {place_span:String})
ORDER BY start, trace, span
LIMIT {limit:UInt32}
SETTINGS do_not_merge_across_partitions_select_final = 1
