-- One row a span, as the columns of `spans`. Innermost first: a request, its resources, their scopes, their spans;
-- what a span's attributes say, sorted; the scalars that stand there; and what follows from several of them.
-- `ahead` counts the spans of the request before a member. arrayJoin(arrayZip()) moves columns without copying
-- them; ARRAY JOIN copies what it joins. Choices are written with if: for each AND and OR the engine looks through
-- everything below it before it starts, which would double the time of a small segment.
SELECT
    * EXCEPT (
        effective_ns, keys, texts, numbers, own, pairs, codes, slots, said, named, kind_place, explicit_run, entity,
        currency, is_pending, pending_parent, is_failed, cached, amounts, is_bad_cost, is_bad_parent, until_first_token,
        arguments, can_be_root
    ) REPLACE (
        if(is_pending, parent_span_id, span_id) AS span_id,
        if(is_pending, toFixedString(if(match(pending_parent, '^[0-9a-f]{16}$'), unhex(pending_parent), ''), 8), parent_span_id) AS parent_span_id,
        -- What is only announced has not ended, whatever the announcement says.
        if(is_pending, 0, end_ns) AS end_ns,
        if(is_failed, 2, status_code) AS status_code,
        multiIf(agent != '', agent, kind != 'agent', '', entity != '', entity, /*names_spans*/, toString(name), '') AS agent,
        multiIf(tool != '', tool, kind != 'tool', '', entity != '', entity, replaceRegexpOne(toString(name), '^(execute_tool|tools/call|running tool:?) ', '')) AS tool,
        /*provider*/ AS provider,
        if(model = '', model_requested, model) AS model,
        multiIf(error_type != '', error_type, empty(event_attributes), '', arrayFirst(text -> text != '', arrayMap(of -> of['exception.type'], event_attributes))) AS error_type,
        multiIf(status_message != '', status_message, error_message != '', error_message, empty(event_attributes), '', arrayFirst(text -> text != '', arrayMap(of -> of['exception.message'], event_attributes))) AS error_message,
        -- Whoever reports less in all than its parts has left them out of it.
        tokens_input + if(greatest(/*exclusive(tokens_input)*/, cached > tokens_input), cached + /*more(tokens_input_more)*/, 0) AS tokens_input,
        tokens_output + if(greatest(/*exclusive(tokens_output)*/, coalesce(tokens_reasoning, 0) > tokens_output), coalesce(tokens_reasoning, 0) + /*more(tokens_output_more)*/, 0) AS tokens_output
    ),
    fromUnixTimestamp64Nano(effective_ns, 'UTC') AS effective_start,
    toUInt16(/*retention_days*/) AS retention_days,
    if(explicit_run = '', lower(hex(trace_id)), explicit_run) AS run_id,
    multiIf(empty(amounts), NULL, is_bad_cost, NULL, arraySum(amounts)) AS cost_reported,
    if(isNull(cost_reported), '', if(currency = '', 'USD', upper(currency))) AS currency_reported,
    if(kind = 'tool', cityHash64(tool, /*call*/), 0) AS call_hash,
    /*finish_reason*/ AS finish_reason,
    /*first_token*/ AS first_token_ns,
    arrayFilter(flag -> flag != '', [
        if(effective_ns = start_ns, '', 'clamped_time'),
        if(is_pending, 'pending_span', ''),
        if(is_failed, 'status_by_attribute', ''),
        if(/*bad_tokens*/, 'bad_tokens', ''),
        if(is_bad_cost, 'bad_cost', ''),
        if(is_bad_parent, 'bad_parent_id', ''),
        if(/*disagree*/, 'conventions_disagree', '')
    ]) AS flags,
    CAST(/*searched*/, 'Array(UInt16)') AS new_places,
    /*has_content*/ AS has_content,
    leftUTF8(/*content(inputs)*/, 2048) AS input,
    leftUTF8(/*content(outputs)*/, 2048) AS output
FROM
(
    SELECT
        *,
        /*kind_place*/ AS kind_place,
        /*kind*/ AS kind,
        /*operation*/ AS operation,
        /*dialect*/ AS dialect,
        /*scalar(run_id)*/ AS explicit_run,
        /*scalar(agent)*/ AS agent,
        /*scalar(entity)*/ AS entity,
        /*scalar(model_requested)*/ AS model_requested,
        /*scalar(model)*/ AS model,
        /*scalar(provider)*/ AS provider,
        /*scalar(tool)*/ AS tool,
        /*scalar(session)*/ AS session,
        /*scalar(user)*/ AS user,
        /*scalar(room)*/ AS room,
        /*scalar(error_type)*/ AS error_type,
        /*scalar(error_message)*/ AS error_message,
        /*scalar(state_reported)*/ AS state_reported,
        /*scalar(currency_reported)*/ AS currency,
        if(/*scalar(pending)*/ = 'pending_span', parent_span_id != toFixedString('', 8), 0) AS is_pending,
        /*scalar(pending_parent)*/ AS pending_parent,
        /*count(tokens_input)*/ AS tokens_input,
        /*count(tokens_output)*/ AS tokens_output,
        /*count(tokens_cache_read)*/ AS tokens_cache_read,
        /*count(tokens_cache_write)*/ AS tokens_cache_write,
        /*count(tokens_reasoning)*/ AS tokens_reasoning,
        coalesce(tokens_cache_read, 0) + coalesce(tokens_cache_write, 0) AS cached,
        /*amounts*/ AS amounts,
        /*until_first_token*/ AS until_first_token,
        /*content(arguments)*/ AS arguments,
        multiIf(explicit_run != '', 1, kind = 'agent', 1, parent_span_id = toFixedString('', 8)) AS can_be_root,
        arrayExists(amount -> if(amount < 0, 1, amount > /*most_cost*/), amounts) AS is_bad_cost,
        -- A status that was set is the last word.
        if(status_code = 0, /*failed*/, 0) AS is_failed
    FROM
    (
        SELECT
            *,
            pairs.1 AS codes,
            pairs.2 AS said,
            /*slots*/ AS slots,
            /*kinds_named*/ AS named
        FROM
        (
            SELECT *, CAST((keys, texts), 'Map(LowCardinality(String), String)') AS attributes, /*pairs*/ AS pairs
            FROM
            (
                SELECT *, /*numbers*/ AS numbers, /*own*/ AS own
                FROM
                (
                    SELECT
                        project_id,
                        toFixedString(substring(span.trace_id, 1, 16), 16) AS trace_id,
                        toFixedString(substring(span.span_id, 1, 8), 8) AS span_id,
                        length(span.parent_span_id) NOT IN (0, 8) AS is_bad_parent,
                        toFixedString(if(is_bad_parent, '', span.parent_span_id), 8) AS parent_span_id,
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
)
