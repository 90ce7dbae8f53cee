-- The newest snapshots of some open spans of a trace that were not said to be lost, as they were sent.
SELECT
    span_id,
    parent_span_id,
    name,
    span_kind,
    start_ns,
    status_code,
    status_message,
    trace_state,
    span_flags,
    scope_name,
    scope_version,
    (scope_keys, scope_values, scope_types),
    (resource_keys, resource_values, resource_types),
    (attribute_keys, attribute_values, attribute_types),
    (event_time_ns, event_name, event_keys, event_values, event_types)
FROM (
    SELECT
        lower(hex(span_id)) AS span_id,
        lower(hex(parent_span_id)) AS parent_span_id,
        name, span_kind, start_ns, status_code, status_message, trace_state, span_flags, scope_name,
        scope_version, scope_keys, scope_values, scope_types, resource_keys, resource_values, resource_types,
        attribute_keys, attribute_values, attribute_types, event_time_ns, event_name, event_keys,
        event_values, event_types
    FROM open_spans FINAL
    WHERE project_id = {project_id:String}
        AND trace_id = toFixedString(unhex({trace_id:String}), 16)
        AND has({spans:Array(String)}, lower(hex(open_spans.span_id)))
        AND state_reported != 'lost'
)
ORDER BY start_ns, span_id
