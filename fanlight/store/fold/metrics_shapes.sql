-- The shapes of the names that are beyond their limits, as hashes, the most frequent first.
SELECT project_id, limit_name, groupArray(shape)
FROM (
    SELECT project_id, limit_name, shape, count() AS times
    FROM (
        SELECT project_id, 'max_metric_names' AS limit_name, /*shape_hash(max_metric_names, name)*/ AS shape
        FROM incoming WHERE /*is_beyond(max_metric_names, name)*/
        UNION ALL
        SELECT project_id, 'max_services' AS limit_name, /*shape_hash(max_services, service)*/ AS shape
        FROM incoming WHERE /*is_beyond(max_services, service)*/
    )
    GROUP BY project_id, limit_name, shape
    ORDER BY times DESC, shape
    LIMIT {most:UInt32} BY project_id, limit_name
)
GROUP BY project_id, limit_name
