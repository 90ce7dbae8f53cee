-- The names that the points of the segment bear, by project, as hashes: in the order of model/limits.py.
SELECT
    project_id,
    /*hashes(max_metric_names, names)*/,
    /*hashes(max_attribute_keys, keys)*/,
    /*hashes(max_services, services)*/
FROM (
    -- Each name once, before anything is made of it.
    SELECT
        project_id,
        groupUniqArray(name) AS names,
        arrayConcat(groupUniqArrayArray(attributes.keys), groupUniqArrayArray(resource.keys)) AS keys,
        groupUniqArray(service) AS services
    FROM incoming
    GROUP BY project_id
)
