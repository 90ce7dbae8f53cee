-- The log records of the segment, with those names folded that are beyond their limits (fanlight/store/folding.py).
SELECT
    * EXCEPT (is_name_folded, is_service_folded, beyond, beyond_in_resource, beyond_in_scope, renamed) REPLACE (
        /*folded(max_event_names, given.event_name, is_name_folded)*/ AS event_name,
        /*folded(max_services, given.service, is_service_folded)*/ AS service,
        /*named(renamed, given.event_name, is_name_folded)*/ AS attributes,
        /*typed(given.attribute_types, beyond, is_name_folded)*/ AS attribute_types,
        /*renamed(given.resource, beyond_in_resource)*/ AS resource,
        /*typed(given.resource_types, beyond_in_resource, 0)*/ AS resource_types,
        /*renamed(given.scope, beyond_in_scope)*/ AS scope,
        /*typed(given.scope_types, beyond_in_scope, 0)*/ AS scope_types,
        arrayConcat(CAST(given.flags, 'Array(String)'), arrayFilter(flag -> flag != '', [
            if(is_name_folded, 'folded_event_name', ''),
            if(has(arrayConcat(beyond, beyond_in_resource, beyond_in_scope), 1), 'folded_key', ''),
            if(is_service_folded, 'folded_service', '')
        ])) AS flags
    )
FROM (
    SELECT *, /*renamed(attributes, beyond)*/ AS renamed
    FROM (
        SELECT
            *,
            /*is_folded(max_event_names, event_name)*/ AS is_name_folded,
            /*is_folded(max_services, service)*/ AS is_service_folded,
            /*keys_beyond(attributes)*/ AS beyond,
            /*keys_beyond(resource)*/ AS beyond_in_resource,
            /*keys_beyond(scope)*/ AS beyond_in_scope
        FROM incoming
    )
) AS given
