SELECT identity
FROM metric_identities
WHERE time IN (SELECT DISTINCT toDateTime(arrayJoin(seconds), 'UTC') FROM sought)
    AND identity IN (SELECT identity FROM sought)
