-- Rooms and sessions named by what was stored behind a sequence, and from when to when. What names no
-- session is told apart by slots as long as the idle time: longer gaps always show. Room events tell of
-- sessions and are no activity of theirs. An open span goes on for as long as its process says so.
SELECT room, session, min(first_ns), max(last_ns), max(first_ns)
FROM
(
    SELECT
        toString(room) AS room, session,
        toUnixTimestamp64Nano(effective_start) AS first_ns,
        -- What is told as ended has ended: a clock that is wrong keeps no session going.
        greatest(
            first_ns,
            least(
                first_ns + toInt64(least(if(end_ns > start_ns, end_ns - start_ns, 0), 1000000000000000000)),
                toUnixTimestamp64Milli(received_at) * 1000000
            )
        ) AS last_ns
    FROM spans
    WHERE project_id = {project_id:String} AND seq > {after:UInt64}
    UNION ALL
    SELECT
        toString(room), session,
        toUnixTimestamp64Nano(effective_start) AS first_ns,
        greatest(first_ns, toUnixTimestamp64Milli(received_at) * 1000000)
    FROM open_spans
    WHERE project_id = {project_id:String} AND seq > {after:UInt64}
    UNION ALL
    SELECT toString(room), session, toUnixTimestamp64Nano(time) AS first_ns, first_ns
    FROM logs
    WHERE project_id = {project_id:String} AND seq > {after:UInt64} AND event_name != 'fanlight.room.event'
    UNION ALL
    SELECT toString(room), session, toUnixTimestamp64Nano(time) AS first_ns, first_ns
    FROM metrics
    WHERE project_id = {project_id:String} AND seq > {after:UInt64}
)
WHERE room != '' OR session != ''
GROUP BY room, session, if(session = '', intDiv(first_ns, {idle_ns:Int64}), 0)
ORDER BY min(first_ns), room, session
