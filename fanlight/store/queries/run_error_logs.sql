-- Log records of one run at error level and above, in order of time.
SELECT
    toUnixTimestamp64Nano(time),
    seq,
    severity_number,
    if(body_type = 1, leftUTF8(body, 2000), if(length(body) > 4000, '', body_value)),
    body_type,
    lower(hex(span_id)),
    attributes['exception.type'],
    leftUTF8(attributes['exception.message'], 2000)
FROM logs
WHERE project_id = {project_id:String}
    AND time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND time <= fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    AND severity_number >= 17
    AND (
        attributes['fanlight.run.id'] = {run_id:String}
        OR (
            trace_id = toFixedString(unhex({trace_id:String}), 16)
            AND attributes['fanlight.run.id'] IN ('', {run_id:String})
        )
    )
ORDER BY time, seq
LIMIT {limit:UInt32}
