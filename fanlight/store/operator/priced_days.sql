-- Days with spans of a project that have, or miss, a cost.
SELECT DISTINCT toString(toDate(effective_start)) AS day
FROM spans
WHERE project_id = {project_id:String}
    AND effective_start >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND effective_start < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    AND (cost_source != '' OR unpriced != '')
    AND ({model:String} = '' OR model = {model:String} OR model_requested = {model:String})
ORDER BY day
