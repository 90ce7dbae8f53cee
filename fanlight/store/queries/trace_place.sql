-- Where in time a trace lies, so that only its partitions and granules are read, and whether a
-- span of it was seen before it ended.
SELECT
    toUnixTimestamp64Nano(min(min_start)),
    toUnixTimestamp64Nano(max(max_start)),
    max(opened)
FROM trace_index
WHERE trace_id = toFixedString(unhex({trace_id:String}), 16)
    AND project_id = {project_id:String}
GROUP BY trace_id
