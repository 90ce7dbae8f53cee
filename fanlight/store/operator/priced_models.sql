-- Which models were called on a day, by project and hour: each needs a price.
SELECT DISTINCT project_id, provider, model, toUnixTimestamp(toStartOfHour(effective_start)) AS hour
FROM spans
WHERE project_id = {project_id:String}
    AND toDate(effective_start) = toDate({day:String})
    AND effective_start >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND effective_start < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    AND ({model:String} = '' OR model = {model:String} OR model_requested = {model:String})
    AND model != '' AND (tokens_input IS NOT NULL OR tokens_output IS NOT NULL)
