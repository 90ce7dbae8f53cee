-- Where the next page of an export ends: the sequence of its last row; 0 when none is left behind `after`.
SELECT max(seq)
FROM (
    SELECT seq, sum(size) OVER (ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
    FROM (
        SELECT seq, byteSize(*) AS size
        FROM /*table*/
        WHERE project_id = {project_id:String} AND seq > {after:UInt64}
            AND /*time*/ >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
            AND /*time*/ < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
        ORDER BY seq LIMIT {limit:UInt32}
    )
)
WHERE before < {bytes:UInt64}
