-- As `export_page.sql`, of spans that come with their long values.
WITH page AS (
    SELECT seq, trace_id, span_id, byteSize(*) AS size
    FROM /*table*/
    WHERE project_id = {project_id:String} AND seq > {after:UInt64}
        AND /*time*/ >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND /*time*/ < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    ORDER BY seq LIMIT {limit:UInt32}
)
SELECT max(seq)
FROM (
    SELECT
        seq,
        sum(size + long.size) OVER (ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
    FROM page
    LEFT JOIN (
        SELECT trace_id, span_id, sum(length(value)) AS size
        FROM span_content
        WHERE project_id = {project_id:String} AND (trace_id, span_id) IN (SELECT trace_id, span_id FROM page)
        GROUP BY trace_id, span_id
    ) AS long USING (trace_id, span_id)
)
WHERE before < {bytes:UInt64}
