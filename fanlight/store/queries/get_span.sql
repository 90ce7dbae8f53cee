-- One span with everything: the finished one, else the newest snapshot of the open one.
SELECT
    lower(hex(trace_id)),
    lower(hex(span_id)),
    lower(hex(parent_span_id)),
    name,
    kind,
    span_kind,
    status_code,
    status_message,
    state,
    toUnixTimestamp64Nano(effective_start),
    start_ns,
    end_ns,
    service,
    agent,
    if(model = '', model_requested, model),
    provider,
    tool,
    session,
    user,
    room,
    operation,
    dialect,
    tokens_input,
    tokens_output,
    tokens_cache_read,
    tokens_cache_write,
    tokens_reasoning,
    finish_reason,
    first_token_ns,
    toString(cost),
    cost_source,
    price_id,
    unpriced,
    toString(cost_reported),
    currency_reported,
    error_type,
    trace_state,
    span_flags,
    scope_name,
    scope_version,
    (scope_keys, scope_values, scope_types),
    (resource_keys, resource_values, resource_types),
    (attribute_keys, attribute_values, attribute_types),
    (event_time_ns, event_name, event_keys, event_values, event_types, event_dropped),
    (
        arrayMap(id -> lower(hex(id)), link_trace_id),
        arrayMap(id -> lower(hex(id)), link_span_id),
        link_trace_state,
        link_keys,
        link_values,
        link_types,
        link_flags,
        link_dropped
    ),
    dropped_attributes_count,
    dropped_events_count,
    dropped_links_count,
    flags
FROM (
    SELECT
        trace_id, span_id, parent_span_id, name, kind, span_kind, status_code, status_message,
        effective_start, start_ns, end_ns, service, agent, model, model_requested, provider, tool, session,
        user, room, operation, dialect, tokens_input, tokens_output, tokens_cache_read, tokens_cache_write,
        tokens_reasoning, finish_reason, first_token_ns, cost, cost_source, price_id, unpriced, cost_reported,
        currency_reported, error_type, trace_state, span_flags, scope_name, scope_version, scope_keys,
        scope_values,
        scope_types, resource_keys, resource_values, resource_types, attribute_keys, attribute_values,
        attribute_types, event_time_ns, event_name, event_keys, event_values, event_types, event_dropped,
        link_trace_id, link_span_id, link_trace_state, link_keys, link_values, link_types, link_flags,
        link_dropped, dropped_attributes_count, dropped_events_count, dropped_links_count, flags,
        'finished' AS state,
        seq
    FROM spans
    WHERE project_id = {project_id:String}
        AND trace_id = toFixedString(unhex({trace_id:String}), 16)
        AND span_id = toFixedString(unhex({span_id:String}), 8)
        AND effective_start >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND effective_start <= fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    UNION ALL
    SELECT
        trace_id, span_id, parent_span_id, name, kind, span_kind, status_code, status_message,
        effective_start, start_ns, end_ns, service, agent, model, model_requested, provider, tool, session,
        user, room, operation, dialect, tokens_input, tokens_output, tokens_cache_read, tokens_cache_write,
        tokens_reasoning, finish_reason, first_token_ns, cost, cost_source, price_id, unpriced, cost_reported,
        currency_reported, error_type, trace_state, span_flags, scope_name, scope_version, scope_keys,
        scope_values,
        scope_types, resource_keys, resource_values, resource_types, attribute_keys, attribute_values,
        attribute_types, event_time_ns, event_name, event_keys, event_values, event_types, event_dropped,
        link_trace_id, link_span_id, link_trace_state, link_keys, link_values, link_types, link_flags,
        link_dropped, dropped_attributes_count, dropped_events_count, dropped_links_count, flags,
        if(
            state_reported = 'lost' OR toUnixTimestamp64Milli(received_at) < {heard_ms:Int64}, 'lost', 'open'
        ) AS state,
        seq
    FROM open_spans
    WHERE project_id = {project_id:String}
        AND trace_id = toFixedString(unhex({trace_id:String}), 16)
        AND span_id = toFixedString(unhex({span_id:String}), 8)
        AND effective_start >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND effective_start <= fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
)
ORDER BY state = 'finished' DESC, if(state = 'finished', 0, seq) DESC, seq
LIMIT 1
