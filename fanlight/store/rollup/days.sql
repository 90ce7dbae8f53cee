-- Days with points to put together: over for a day, nothing received for an hour, and not done but for a few.
SELECT toString(toDate(time)) AS day
FROM metrics
WHERE time < toStartOfDay(fromUnixTimestamp64Nano({now_ns:Int64}, 'UTC')) - INTERVAL 1 DAY
GROUP BY day
HAVING countIf(step_s = 0) * 10 > count()
    AND max(received_at) < fromUnixTimestamp64Nano({now_ns:Int64}, 'UTC') - INTERVAL 1 HOUR
ORDER BY day
