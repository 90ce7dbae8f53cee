-- Agents at work in the runs whose summaries were rebuilt behind a sequence, and when.
SELECT
    agent,
    min(toUnixTimestamp64Nano(started_at)),
    max(toUnixTimestamp64Milli(heard_at)) * 1000000
FROM runs
ARRAY JOIN agents AS agent
WHERE project_id = {project_id:String}
    AND seq > {after:UInt64}
    AND NOT gone
    AND agent != ''
GROUP BY agent
