-- The long values of the next page, of an export: where each stands.
SELECT lower(hex(trace_id)), lower(hex(span_id)), place
FROM (
    SELECT
        trace_id, span_id, place,
        sum(size) OVER (
            ORDER BY trace_id, span_id, place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS before
    FROM (
        SELECT trace_id, span_id, place, length(value) AS size
        FROM span_content
        WHERE project_id = {project_id:String}
            AND (trace_id, span_id, place) > (
                toFixedString(unhex({trace:String}), 16), toFixedString(unhex({span:String}), 8),
                {place:UInt32})
            AND effective_start >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
            AND effective_start < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
        ORDER BY trace_id, span_id, place
        LIMIT {limit:UInt32}
    )
)
WHERE before < {bytes:UInt64}
ORDER BY trace_id, span_id, place
