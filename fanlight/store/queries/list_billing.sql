-- One page of a project's billing events that count, newest first, strictly behind a place in the list.
SELECT
    event_id, kind, toString(amount), currency, customer, run_id, lower(hex(span_id)), agent, description,
    toUnixTimestamp64Nano(occurred_at) AS occurred_ns, toUnixTimestamp64Milli(received_at), verified
FROM billing FINAL
WHERE project_id = {project_id:String}
    AND verified
    AND occurred_at >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND occurred_at <= fromUnixTimestamp64Nano({place_ns:Int64}, 'UTC')
    AND (occurred_ns, event_id) < ({place_ns:Int64}, {place_id:String})
ORDER BY occurred_ns DESC, event_id DESC
LIMIT {limit:UInt32}
