-- A page of an export, as what was sent: the resource, the scope, and the span of each row.
SELECT
    resource_keys, resource_values, resource_types,
    scope_name, scope_version, scope_keys, scope_values, scope_types,
    lower(hex(trace_id)), lower(hex(span_id)),
    if(parent_span_id = toFixedString('', 8), '', lower(hex(parent_span_id))),
    trace_state, span_flags, name, span_kind, start_ns, end_ns, status_code, status_message,
    attribute_keys, attribute_values, attribute_types, dropped_attributes_count,
    event_time_ns, event_name, event_keys, event_values, event_types, event_dropped, dropped_events_count,
    arrayMap(id -> lower(hex(id)), link_trace_id), arrayMap(id -> lower(hex(id)), link_span_id),
    link_trace_state, link_keys, link_values, link_types, link_flags, link_dropped, dropped_links_count
FROM /*table*/
/*include exported*/
