-- The names that the spans of the segment bear, by project, as hashes: in the order of model/limits.py.
SELECT
    project_id,
    /*hashes(max_span_names, names)*/,
    /*hashes(max_event_names, events)*/,
    /*hashes(max_attribute_keys, keys)*/,
    /*hashes(max_services, services)*/,
    /*hashes(max_agents, agents)*/,
    /*hashes(max_tools, tools)*/
FROM (
    -- Each name once, before anything is made of it.
    SELECT
        project_id,
        groupUniqArray(name) AS names,
        groupUniqArrayArray(event_name) AS events,
        arrayConcat(
            groupUniqArrayArray(attributes.keys), groupUniqArrayArray(resource.keys), groupUniqArrayArray(scope.keys),
            groupUniqArrayArray(arrayFlatten(arrayMap(of -> of.keys, event_attributes))),
            groupUniqArrayArray(arrayFlatten(arrayMap(of -> of.keys, link_attributes)))) AS keys,
        groupUniqArray(service) AS services,
        groupUniqArray(agent) AS agents,
        groupUniqArray(tool) AS tools
    FROM incoming
    GROUP BY project_id
)
