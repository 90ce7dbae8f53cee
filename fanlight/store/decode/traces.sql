-- One row a span, as the columns of `spans`. Innermost first: a request, its resources, their scopes, their spans.
-- `ahead` counts the spans of the request before a member. arrayJoin(arrayZip()) moves columns without copying
-- them; ARRAY JOIN copies what it joins.
SELECT
    * EXCEPT (effective_ns, keys, texts, numbers, reported, can_be_root),
    fromUnixTimestamp64Nano(effective_ns, 'UTC') AS effective_start,
    if(effective_ns = start_ns, [], ['clamped_time']) AS flags,
    toUInt16(/*retention_days*/) AS retention_days,
    if(explicit_run = '', lower(hex(trace_id)), explicit_run) AS run_id,
    -- Whoever reports more from caches than in all has left them out of it.
    if(coalesce(tokens_cache_read, 0) + coalesce(tokens_cache_write, 0) > reported, reported + coalesce(tokens_cache_read, 0) + coalesce(tokens_cache_write, 0), reported) AS tokens_input,
    CAST(/*searched*/, 'Array(UInt16)') AS new_places,
    /*has_content*/ AS has_content,
    leftUTF8(/*inputs*/, 2048) AS input,
    leftUTF8(/*outputs*/, 2048) AS output
FROM
(
    SELECT
        *,
        parent_span_id = toFixedString('', 8) OR explicit_run != '' OR kind = 'agent' AS can_be_root,
        if(status_message != '' OR empty(event_attributes), status_message, arrayFirst(text -> text != '', arrayMap(of -> of['exception.message'], event_attributes))) AS error_message,
        arrayFirst(text -> text != '', arrayPushFront(arrayMap(of -> of['exception.type'], event_attributes), own_error_type)) AS error_type
    FROM
    (
        SELECT
            *,
            /*kind*/ AS kind,
            /*run_id*/ AS explicit_run,
            /*agent*/ AS agent,
            /*model_requested*/ AS model_requested,
            /*model*/ AS model,
            /*provider*/ AS provider,
            /*tool*/ AS tool,
            /*session*/ AS session,
            /*user*/ AS user,
            /*room*/ AS room,
            /*error_type*/ AS own_error_type,
            /*tokens_input*/ AS reported,
            /*tokens_output*/ AS tokens_output,
            /*tokens_cache_read*/ AS tokens_cache_read,
            /*tokens_cache_write*/ AS tokens_cache_write,
            /*tokens_reasoning*/ AS tokens_reasoning
        FROM
        (
            SELECT
                *,
                CAST((keys, texts), 'Map(LowCardinality(String), String)') AS attributes,
                /*numbers*/ AS numbers
            FROM
            (
                SELECT
                    project_id,
                    toFixedString(substring(span.trace_id, 1, 16), 16) AS trace_id,
                    toFixedString(substring(span.span_id, 1, 8), 8) AS span_id,
                    toFixedString(substring(span.parent_span_id, 1, 8), 8) AS parent_span_id,
                    first_seq + ahead + place - 1 AS seq,
                    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
                    toInt64(least(greatest(span.start_time_unix_nano, if(received_ns > /*past_ns*/, received_ns - /*past_ns*/, 0)), received_ns + /*future_ns*/)) AS effective_ns,
                    span.start_time_unix_nano AS start_ns,
                    span.end_time_unix_nano AS end_ns,
                    toLowCardinality(span.name) AS name,
                    toUInt8(span.kind) AS span_kind,
                    toUInt8(span.status.code) AS status_code,
                    span.status.message AS status_message,
                    span.trace_state AS trace_state,
                    span.flags AS span_flags,
                    service,
                    scope_name,
                    scope_version,
                    resource,
                    resource_types,
                    scope,
                    scope_types,
                    span.attributes.key AS keys,
                    /*texts(span.attributes)*/ AS texts,
                    /*types(span.attributes)*/ AS attribute_types,
                    span.dropped_attributes_count AS dropped_attributes_count,
                    span.events.time_unix_nano AS event_time_ns,
                    CAST(span.events.name, 'Array(LowCardinality(String))') AS event_name,
                    arrayMap(pairs -> /*map(pairs)*/, span.events.attributes) AS event_attributes,
                    CAST(span.events.attributes.v.v, 'Array(Array(UInt8))') AS event_types,
                    span.events.dropped_attributes_count AS event_dropped,
                    span.dropped_events_count AS dropped_events_count,
                    span.links.trace_id AS link_trace_id,
                    span.links.span_id AS link_span_id,
                    span.links.trace_state AS link_trace_state,
                    arrayMap(pairs -> /*map(pairs)*/, span.links.attributes) AS link_attributes,
                    CAST(span.links.attributes.v.v, 'Array(Array(UInt8))') AS link_types,
                    span.links.flags AS link_flags,
                    span.links.dropped_attributes_count AS link_dropped,
                    span.dropped_links_count AS dropped_links_count,
                    cityHash64(span) AS content_hash
                FROM
                (
                    SELECT project_id, received_ns, first_seq, service, resource, resource_types, scope_name, scope_version, scope, scope_types, ahead, placed.1 AS span, placed.2 AS place
                    FROM
                    (
                        SELECT
                            received_ns, first_seq, resource, resource_types,
                            /*project(resource)*/ AS project_id,
                            toLowCardinality(resource['service.name']) AS service,
                            toLowCardinality(of_scope.1.scope.name) AS scope_name,
                            toLowCardinality(of_scope.1.scope.version) AS scope_version,
                            /*map(of_scope.1.scope.attributes)*/ AS scope,
                            /*types(of_scope.1.scope.attributes)*/ AS scope_types,
                            resource_ahead + of_scope.2 AS ahead,
                            arrayJoin(arrayZip(of_scope.1.spans, arrayEnumerate(of_scope.1.spans))) AS placed
                        FROM
                        (
                            SELECT
                                project, received_ns, first_seq,
                                of_resource.2 AS resource_ahead,
                                /*map(of_resource.1.resource.attributes)*/ AS resource,
                                /*types(of_resource.1.resource.attributes)*/ AS resource_types,
                                arrayMap(spans -> length(spans), of_resource.1.scope_spans.spans) AS sizes,
                                arrayJoin(arrayZip(of_resource.1.scope_spans, arrayMap((sum, size) -> sum - size, arrayCumSum(sizes), sizes))) AS of_scope
                            FROM
                            (
                                SELECT
                                    project, received_ns, seq AS first_seq,
                                    arrayMap(scopes -> arraySum(spans -> length(spans), scopes), resource_spans.scope_spans.spans) AS sizes,
                                    arrayJoin(arrayZip(resource_spans, arrayMap((sum, size) -> sum - size, arrayCumSum(sizes), sizes))) AS of_resource
                                FROM /*segment*/
                            )
                        )
                    )
                )
            )
        )
    )
)
