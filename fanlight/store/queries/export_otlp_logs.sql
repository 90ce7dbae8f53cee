-- A page of an export, as what was sent: the resource, the scope, and the record of each row.
SELECT
    resource_keys, resource_values, resource_types,
    scope_name, scope_version, scope_keys, scope_values, scope_types,
    time_ns, observed_ns, severity_number, severity_text, body_value, body_type, event_name,
    lower(hex(trace_id)), lower(hex(span_id)), log_flags,
    attribute_keys, attribute_values, attribute_types, dropped_attributes_count
FROM /*table*/
/*include exported*/
