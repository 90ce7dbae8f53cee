-- What is stored of the events that the segment names.
SELECT project_id, event_id, kind, toString(amount), currency, customer, run_id, verified
FROM billing FINAL
WHERE (project_id, event_id) IN (SELECT project_id, event_id FROM billing_ids)
