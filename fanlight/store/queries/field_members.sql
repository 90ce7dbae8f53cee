-- The members of one field that is a list, among the newest rows, the most frequent first.
SELECT
    value,
    count() AS times
FROM (
    SELECT /*value*/ AS list
    FROM /*table*/
    WHERE project_id = {project_id:String}
        AND /*time*/ >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND /*time*/ < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    ORDER BY /*time*/ DESC
    LIMIT {rows:UInt32}
)
ARRAY JOIN
    list AS value
WHERE value != ''
    AND startsWith(lower(value), {prefix:String})
GROUP BY value
ORDER BY times DESC, value
LIMIT {limit:UInt32}
