-- When something last began or ended in some traces, and the span that was begun last.
SELECT project_id, lower(hex(trace_id)), max(moved_ns), argMax(lower(hex(span_id)), begun_ns),
    argMax(name, begun_ns), argMax(kind, begun_ns)
FROM (
    SELECT project_id, trace_id, span_id, toString(name) AS name, toString(kind) AS kind,
        toUnixTimestamp64Nano(effective_start) AS begun_ns,
        begun_ns + if(end_ns > start_ns, toInt64(end_ns - start_ns), 0) AS moved_ns
    FROM spans
    WHERE project_id IN {projects:Array(String)}
        AND toStartOfHour(effective_start) >= toStartOfHour(fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC'))
        AND trace_id IN (SELECT toFixedString(unhex(arrayJoin({traces:Array(String)})), 16))
    UNION ALL
    SELECT project_id, trace_id, span_id, toString(name), toString(kind),
        toUnixTimestamp64Nano(effective_start), toUnixTimestamp64Nano(effective_start)
    FROM open_spans
    WHERE project_id IN {projects:Array(String)}
        AND trace_id IN (SELECT toFixedString(unhex(arrayJoin({traces:Array(String)})), 16))
)
GROUP BY project_id, trace_id
