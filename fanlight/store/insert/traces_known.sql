-- Those of the sought spans that are stored. The way in is each trace's hours: the prefix of the primary key.
SELECT project_id, trace_id, span_id, content_hash
FROM spans
WHERE (project_id, toStartOfHour(effective_start), trace_id) IN (
    SELECT project_id, arrayJoin(arrayMap(hour -> toDateTime(hour * 3600, 'UTC'), range(intDiv(first, 3600), intDiv(last, 3600) + 1))), trace_id
    FROM (
        SELECT project_id, trace_id, toUInt32(toDateTime(min(min_start))) AS first, toUInt32(toDateTime(max(max_start))) AS last
        FROM trace_index
        WHERE (trace_id, project_id) IN (SELECT trace_id, project_id FROM sought)
        GROUP BY project_id, trace_id
    )
)
AND span_id IN (SELECT span_id FROM sought)
