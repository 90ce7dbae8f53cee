-- How many spans a trace has in all, open ones included.
SELECT uniqExact(span_id)
FROM (
    SELECT span_id
    FROM spans
    WHERE project_id = {project_id:String}
        AND trace_id = toFixedString(unhex({trace_id:String}), 16)
        AND effective_start >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND effective_start <= fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    UNION ALL
    SELECT span_id
    FROM open_spans
    WHERE project_id = {project_id:String}
        AND trace_id = toFixedString(unhex({trace_id:String}), 16)
        AND effective_start >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND effective_start <= fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
)
