-- Names of the newest rows that were folded, as they came, the last ones first. Those rows are found by their
-- flags alone: what else they hold may be long.
SELECT
    leftUTF8(/*value*/, 80) AS shown,
    max(seq) AS last
FROM /*table*/
WHERE project_id = {project_id:String}
    AND /*time*/ >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND seq IN (
        SELECT seq
        FROM /*table*/
        WHERE project_id = {project_id:String}
            AND /*time*/ >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
            AND has(flags, {flag:String})
        ORDER BY seq DESC
        LIMIT {rows:UInt32}
    )
GROUP BY shown
HAVING shown != ''
ORDER BY last DESC
LIMIT {limit:UInt32}
