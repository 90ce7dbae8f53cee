-- The spans of the segment, with those names folded that are beyond their limits (fanlight/store/folding.py).
SELECT
    * EXCEPT (
        is_name_folded, are_events_folded, is_service_folded, is_agent_folded, is_tool_folded,
        beyond, beyond_in_events, beyond_in_links, beyond_in_resource, beyond_in_scope, renamed, events_renamed
    ) REPLACE (
        /*folded(max_span_names, given.name, is_name_folded)*/ AS name,
        arrayMap((one, is_folded) -> /*folded(max_event_names, one, is_folded)*/, given.event_name, are_events_folded) AS event_name,
        /*folded(max_services, given.service, is_service_folded)*/ AS service,
        /*folded(max_agents, given.agent, is_agent_folded)*/ AS agent,
        /*folded(max_tools, given.tool, is_tool_folded)*/ AS tool,
        /*named(renamed, given.name, is_name_folded)*/ AS attributes,
        /*typed(given.attribute_types, beyond, is_name_folded)*/ AS attribute_types,
        arrayMap((of, one, is_folded) -> /*named(of, one, is_folded)*/, events_renamed, given.event_name, are_events_folded) AS event_attributes,
        arrayMap((types, keys, is_folded) -> /*typed(types, keys, is_folded)*/, given.event_types, beyond_in_events, are_events_folded) AS event_types,
        arrayMap((of, keys) -> /*renamed(of, keys)*/, given.link_attributes, beyond_in_links) AS link_attributes,
        arrayMap((types, keys) -> /*typed(types, keys, 0)*/, given.link_types, beyond_in_links) AS link_types,
        /*renamed(given.resource, beyond_in_resource)*/ AS resource,
        /*typed(given.resource_types, beyond_in_resource, 0)*/ AS resource_types,
        /*renamed(given.scope, beyond_in_scope)*/ AS scope,
        /*typed(given.scope_types, beyond_in_scope, 0)*/ AS scope_types,
        arrayConcat(CAST(given.flags, 'Array(String)'), arrayFilter(flag -> flag != '', [
            if(is_name_folded, 'folded_name', ''),
            if(has(are_events_folded, 1), 'folded_event_name', ''),
            if(has(arrayFlatten([[beyond, beyond_in_resource, beyond_in_scope], beyond_in_events, beyond_in_links]), 1), 'folded_key', ''),
            if(is_service_folded, 'folded_service', ''),
            if(is_agent_folded, 'folded_agent', ''),
            if(is_tool_folded, 'folded_tool', '')
        ])) AS flags
    )
FROM (
    SELECT
        *,
        /*renamed(attributes, beyond)*/ AS renamed,
        arrayMap((of, keys) -> /*renamed(of, keys)*/, event_attributes, beyond_in_events) AS events_renamed
    FROM (
        SELECT
            *,
            /*is_folded(max_span_names, name)*/ AS is_name_folded,
            arrayMap(one -> /*is_folded(max_event_names, one)*/, event_name) AS are_events_folded,
            /*is_folded(max_services, service)*/ AS is_service_folded,
            /*is_folded(max_agents, agent)*/ AS is_agent_folded,
            /*is_folded(max_tools, tool)*/ AS is_tool_folded,
            /*keys_beyond(attributes)*/ AS beyond,
            arrayMap(of -> /*keys_beyond(of)*/, event_attributes) AS beyond_in_events,
            arrayMap(of -> /*keys_beyond(of)*/, link_attributes) AS beyond_in_links,
            /*keys_beyond(resource)*/ AS beyond_in_resource,
            /*keys_beyond(scope)*/ AS beyond_in_scope
        FROM incoming
    )
) AS given
