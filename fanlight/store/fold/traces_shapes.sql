-- The shapes of the names that are beyond their limits, as hashes, the most frequent first.
SELECT project_id, limit_name, groupArray(shape)
FROM (
    SELECT project_id, limit_name, shape, count() AS times
    FROM (
        SELECT project_id, 'max_span_names' AS limit_name, /*shape_hash(max_span_names, name)*/ AS shape
        FROM incoming WHERE /*is_beyond(max_span_names, name)*/
        UNION ALL
        SELECT project_id, 'max_event_names' AS limit_name, /*shape_hash(max_event_names, name_of_event)*/ AS shape
        FROM incoming ARRAY JOIN event_name AS name_of_event WHERE /*is_beyond(max_event_names, name_of_event)*/
        UNION ALL
        SELECT project_id, 'max_services' AS limit_name, /*shape_hash(max_services, service)*/ AS shape
        FROM incoming WHERE /*is_beyond(max_services, service)*/
        UNION ALL
        SELECT project_id, 'max_agents' AS limit_name, /*shape_hash(max_agents, agent)*/ AS shape
        FROM incoming WHERE /*is_beyond(max_agents, agent)*/
        UNION ALL
        SELECT project_id, 'max_tools' AS limit_name, /*shape_hash(max_tools, tool)*/ AS shape
        FROM incoming WHERE /*is_beyond(max_tools, tool)*/
    )
    GROUP BY project_id, limit_name, shape
    ORDER BY times DESC, shape
    LIMIT {most:UInt32} BY project_id, limit_name
)
GROUP BY project_id, limit_name
