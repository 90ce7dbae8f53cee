-- Runs of a day whose sums rest on costs.
SELECT DISTINCT project_id, lower(hex(trace_id)) AS run_id
FROM spans
WHERE project_id = {project_id:String}
    AND toDate(effective_start) = toDate({day:String})
    AND effective_start >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND effective_start < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    AND (cost_source != '' OR unpriced != '')
    AND ({model:String} = '' OR model = {model:String} OR model_requested = {model:String})
