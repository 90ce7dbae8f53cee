-- The events that the log records of the segment name.
SELECT DISTINCT project_id, attributes['fanlight.billing.id'] AS event_id
FROM incoming
WHERE event_name = 'fanlight.billing'
