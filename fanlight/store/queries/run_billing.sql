-- The billing events of a run, oldest first.
SELECT
    event_id, kind, toString(amount), currency, customer, run_id, lower(hex(span_id)), agent, description,
    toUnixTimestamp64Nano(occurred_at), toUnixTimestamp64Milli(received_at), verified
FROM billing FINAL
WHERE project_id = {project_id:String} AND run_id = {run_id:String}
ORDER BY occurred_at, event_id
LIMIT {limit:UInt32}
