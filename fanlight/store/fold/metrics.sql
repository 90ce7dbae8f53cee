-- The points of the segment, with those names folded that are beyond their limits (fanlight/store/folding.py).
-- Metrics of one shape stay series of their own: points of two counters are never taken for those of one.
SELECT
    * EXCEPT (is_name_folded, is_service_folded, beyond, beyond_in_resource, renamed) REPLACE (
        /*folded(max_metric_names, given.name, is_name_folded)*/ AS name,
        if(is_name_folded, cityHash64(given.series, CAST(given.name, 'String')), given.series) AS series,
        /*folded(max_services, given.service, is_service_folded)*/ AS service,
        /*named(renamed, given.name, is_name_folded)*/ AS attributes,
        /*typed(given.attribute_types, beyond, is_name_folded)*/ AS attribute_types,
        /*renamed(given.resource, beyond_in_resource)*/ AS resource,
        /*typed(given.resource_types, beyond_in_resource, 0)*/ AS resource_types,
        arrayConcat(CAST(given.flags, 'Array(String)'), arrayFilter(flag -> flag != '', [
            if(is_name_folded, 'folded_name', ''),
            if(has(arrayConcat(beyond, beyond_in_resource), 1), 'folded_key', ''),
            if(is_service_folded, 'folded_service', '')
        ])) AS flags
    )
FROM (
    SELECT *, /*renamed(attributes, beyond)*/ AS renamed
    FROM (
        SELECT
            *,
            /*is_folded(max_metric_names, name)*/ AS is_name_folded,
            /*is_folded(max_services, service)*/ AS is_service_folded,
            /*keys_beyond(attributes)*/ AS beyond,
            /*keys_beyond(resource)*/ AS beyond_in_resource
        FROM incoming
    )
) AS given
