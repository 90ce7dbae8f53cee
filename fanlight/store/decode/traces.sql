-- One row a span, as the columns of `spans`. Innermost first: a request, its resources, their scopes, their spans.
-- Each level computes what its members share, and how many spans came before it in the request (`ahead`).
SELECT
    project_id,
    toFixedString(substring(span.trace_id, 1, 16), 16) AS trace_id,
    toFixedString(substring(span.span_id, 1, 8), 8) AS span_id,
    toFixedString(substring(span.parent_span_id, 1, 8), 8) AS parent_span_id,
    if(explicit_run = '', lower(hex(trace_id)), explicit_run) AS run_id,
    seq + ahead + place - 1 AS seq,
    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
    fromUnixTimestamp64Nano(toInt64(least(greatest(start_ns, received_ns - /*past_ns*/), received_ns + /*future_ns*/)), 'UTC') AS effective_start,
    span.start_time_unix_nano AS start_ns,
    span.end_time_unix_nano AS end_ns,
    toLowCardinality(toValidUTF8(span.name)) AS name,
    toUInt8(span.kind) AS span_kind,
    toUInt8(span.status.code) AS status_code,
    toValidUTF8(span.status.message) AS status_message,
    toValidUTF8(span.trace_state) AS trace_state,
    span.flags AS span_flags,
    service,
    scope_name,
    scope_version,
    resource,
    resource_types,
    scope,
    scope_types,
    /*map(span.attributes)*/ AS attributes,
    /*types(span.attributes)*/ AS attribute_types,
    span.dropped_attributes_count AS dropped_attributes_count,
    span.events.time_unix_nano AS event_time_ns,
    CAST(arrayMap(text -> toValidUTF8(text), span.events.name), 'Array(LowCardinality(String))') AS event_name,
    arrayMap(pairs -> /*map(pairs)*/, span.events.attributes) AS event_attributes,
    CAST(span.events.attributes.value.value, 'Array(Array(UInt8))') AS event_types,
    span.events.dropped_attributes_count AS event_dropped,
    span.dropped_events_count AS dropped_events_count,
    span.links.trace_id AS link_trace_id,
    span.links.span_id AS link_span_id,
    arrayMap(text -> toValidUTF8(text), span.links.trace_state) AS link_trace_state,
    arrayMap(pairs -> /*map(pairs)*/, span.links.attributes) AS link_attributes,
    CAST(span.links.attributes.value.value, 'Array(Array(UInt8))') AS link_types,
    span.links.flags AS link_flags,
    span.links.dropped_attributes_count AS link_dropped,
    span.dropped_links_count AS dropped_links_count,
    /*kind*/ AS kind,
    /*agent*/ AS agent,
    /*model_requested*/ AS model_requested,
    /*model*/ AS model,
    /*provider*/ AS provider,
    /*tool*/ AS tool,
    /*session*/ AS session,
    /*user*/ AS user,
    /*room*/ AS room,
    /*error_type*/ AS error_type,
    /*tokens_input*/ AS tokens_input,
    /*tokens_output*/ AS tokens_output,
    /*tokens_cache_read*/ AS tokens_cache_read,
    /*tokens_cache_write*/ AS tokens_cache_write,
    /*tokens_reasoning*/ AS tokens_reasoning,
    /*run_id*/ AS explicit_run,
    cityHash64(span) AS content_hash,
    if(toUnixTimestamp64Nano(effective_start) = start_ns, [], ['clamped_time']) AS flags
FROM
(
    SELECT
        project_id, received_ns, seq, service, resource, resource_types, scope_name, scope_version, scope, scope_types,
        ahead, span, place
    FROM
    (
        SELECT
            project_id, received_ns, seq, service, resource, resource_types,
            toLowCardinality(toValidUTF8(member.scope.name)) AS scope_name,
            toLowCardinality(toValidUTF8(member.scope.version)) AS scope_version,
            /*map(member.scope.attributes)*/ AS scope,
            /*types(member.scope.attributes)*/ AS scope_types,
            ahead + scope_ahead AS ahead,
            member.spans AS spans
        FROM
        (
            SELECT project_id, received_ns, seq, service, resource, resource_types, ahead, member, scope_ahead
            FROM
            (
                SELECT
                    received_ns, seq, ahead,
                    /*map(member.resource.attributes)*/ AS resource,
                    /*types(member.resource.attributes)*/ AS resource_types,
                    toLowCardinality(resource['service.name']) AS service,
                    /*project(resource)*/ AS project_id,
                    member.scope_spans AS scopes,
                    arrayMap(spans -> length(spans), member.scope_spans.spans) AS sizes
                FROM
                (
                    SELECT project, received_ns, seq, member, ahead
                    FROM
                    (
                        SELECT
                            project, received_ns, seq, resource_spans,
                            arrayMap(scopes -> arraySum(spans -> length(spans), scopes), resource_spans.scope_spans.spans) AS sizes
                        FROM /*segment*/
                    )
                    ARRAY JOIN resource_spans AS member, arrayMap((sum, size) -> sum - size, arrayCumSum(sizes), sizes) AS ahead
                )
            )
            ARRAY JOIN scopes AS member, arrayMap((sum, size) -> sum - size, arrayCumSum(sizes), sizes) AS scope_ahead
        )
    )
    ARRAY JOIN spans AS span, arrayEnumerate(spans) AS place
)
