-- Which models were called, by project and hour: each needs a price.
SELECT DISTINCT project_id, provider, model, toUnixTimestamp(toStartOfHour(effective_start)) AS hour
FROM incoming
WHERE end_ns != 0 AND model != '' AND (tokens_input IS NOT NULL OR tokens_output IS NOT NULL)
