-- The names that the log records of the segment bear, by project, as hashes: in the order of model/limits.py.
SELECT
    project_id,
    /*hashes(max_event_names, events)*/,
    /*hashes(max_attribute_keys, keys)*/,
    /*hashes(max_services, services)*/
FROM (
    -- Each name once, before anything is made of it.
    SELECT
        project_id,
        groupUniqArray(event_name) AS events,
        arrayConcat(
            groupUniqArrayArray(attributes.keys), groupUniqArrayArray(resource.keys),
            groupUniqArrayArray(scope.keys)) AS keys,
        groupUniqArray(service) AS services
    FROM incoming
    GROUP BY project_id
)
