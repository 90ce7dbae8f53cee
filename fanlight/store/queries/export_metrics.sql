-- A page of an export: metric points; past days may have been put together by `step_s`.
SELECT
    toString(type) AS kind, resource_keys, resource_values, attribute_keys, attribute_values,
    * EXCEPT (project_id, type, resource, attributes, identity, retention_days)
FROM /*table*/
/*include exported*/
