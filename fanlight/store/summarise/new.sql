-- The summaries as `changed`, where nothing is stored of any of these runs.
SELECT * EXCEPT (place), {first_seq:UInt64} + row_number() OVER (ORDER BY place) - 1 AS seq
FROM (SELECT *, 0 AS gone, (started_at, run_id) AS place FROM summary)
