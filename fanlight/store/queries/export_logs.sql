-- A page of an export: log records, with developer logs and room events among them.
SELECT
    lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, body_value,
    resource_keys, resource_values, scope_keys, scope_values, attribute_keys, attribute_values,
    * EXCEPT (
        project_id, trace_id, span_id, body, resource, scope, attributes, identity, retention_days
    )
FROM /*table*/
/*include exported*/
