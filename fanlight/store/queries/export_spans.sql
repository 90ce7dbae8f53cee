-- A page of an export: spans, or open spans. Values that are no text are base64, by their types.
SELECT
    lower(hex(trace_id)) AS trace,
    lower(hex(span_id)) AS span,
    if(parent_span_id = toFixedString('', 8), '', lower(hex(parent_span_id))) AS parent,
    arrayMap(id -> lower(hex(id)), link_trace_id) AS link_trace,
    arrayMap(id -> lower(hex(id)), link_span_id) AS link_span,
    resource_keys, resource_values, scope_keys, scope_values, attribute_keys, attribute_values,
    event_keys, event_values, link_keys, link_values,
    * EXCEPT (
        project_id, trace_id, span_id, parent_span_id, resource, scope, attributes, event_attributes,
        link_attributes, link_trace_id, link_span_id, new_places, has_content, content_hash, retention_days
    )
FROM /*table*/
/*include exported*/
