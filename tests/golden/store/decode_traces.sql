-- One row a span, as the columns of `spans`. Innermost first: a request, its resources, their scopes, their spans.
-- `ahead` counts the spans of the request before a member. arrayJoin(arrayZip()) moves columns without copying
-- them; ARRAY JOIN copies what it joins.
SELECT
    * EXCEPT (effective_ns, keys, texts, numbers, reported, can_be_root),
    fromUnixTimestamp64Nano(effective_ns, 'UTC') AS effective_start,
    if(effective_ns = start_ns, [], ['clamped_time']) AS flags,
    toUInt16(33) AS retention_days,
    if(explicit_run = '', lower(hex(trace_id)), explicit_run) AS run_id,
    -- Whoever reports more from caches than in all has left them out of it.
    if(coalesce(tokens_cache_read, 0) + coalesce(tokens_cache_write, 0) > reported, reported + coalesce(tokens_cache_read, 0) + coalesce(tokens_cache_write, 0), reported) AS tokens_input,
    CAST(arraySlice(arrayFilter((place, number) -> number IN (17, 52, 47, 53, 48, 57, 54, 55, 51, 56, 77, 78), arrayEnumerate(numbers), numbers), 1, 4), 'Array(UInt16)') AS new_places,
    hasAny(numbers, [16, 17, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 76, 77, 78]) AS has_content,
    leftUTF8(texts[if(can_be_root, arrayFirst(place -> place != 0, [indexOf(numbers, 16), indexOf(numbers, 46), indexOf(numbers, 47), indexOf(numbers, 48), indexOf(numbers, 49), indexOf(numbers, 50), indexOf(numbers, 51), indexOf(numbers, 76)]), 0)], 2048) AS input,
    leftUTF8(texts[if(can_be_root, arrayFirst(place -> place != 0, [indexOf(numbers, 17), indexOf(numbers, 52), indexOf(numbers, 53), indexOf(numbers, 54), indexOf(numbers, 55), indexOf(numbers, 56), indexOf(numbers, 77)]), 0)], 2048) AS output
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
            arrayFirst(text -> text != '', [transform(lower(texts[indexOf(numbers, 1)]), ['', 'agent', 'llm', 'tool', 'chain', 'retriever', 'embedding', 'reranker', 'guardrail', 'evaluator', 'room', 'io', 'internal'], ['', 'agent', 'llm', 'tool', 'chain', 'retriever', 'embedding', 'reranker', 'guardrail', 'evaluator', 'room', 'io', 'internal'], ''), transform(lower(texts[indexOf(numbers, 18)]), ['', 'chat', 'generate_content', 'text_completion', 'embeddings', 'execute_tool', 'invoke_agent', 'create_agent', 'retrieval', 'create_memory', 'search_memory', 'update_memory', 'upsert_memory', 'delete_memory', 'create_memory_store', 'delete_memory_store', 'invoke_workflow', 'plan', 'handle_conversation_turn', 'agent_step', 'execute_task'], ['', 'llm', 'llm', 'llm', 'embedding', 'tool', 'agent', 'agent', 'retriever', 'retriever', 'retriever', 'retriever', 'retriever', 'retriever', 'retriever', 'retriever', 'chain', 'chain', 'chain', 'chain', 'chain'], 'chain'), transform(lower(texts[indexOf(numbers, 19)]), ['', 'tools/call'], ['', 'tool'], ''), transform(lower(texts[indexOf(numbers, 20)]), [''], [''], 'evaluator'), transform(lower(texts[indexOf(numbers, 58)]), ['', 'agent', 'llm', 'tool', 'chain', 'retriever', 'embedding', 'reranker', 'guardrail', 'evaluator', 'prompt', 'decision'], ['', 'agent', 'llm', 'tool', 'chain', 'retriever', 'embedding', 'reranker', 'guardrail', 'evaluator', 'chain', 'chain'], 'chain'), if(span_kind = 3 OR arrayExists(key -> match(key, '^(http|db|rpc|messaging)[.]'), mapKeys(attributes)), 'io', 'internal')]) AS kind,
            texts[indexOf(numbers, 2)] AS explicit_run,
            arrayFirst(text -> text != '', [texts[arrayFirst(place -> place != 0, [indexOf(numbers, 3), indexOf(numbers, 21), indexOf(numbers, 22), indexOf(numbers, 23), indexOf(numbers, 59), indexOf(numbers, 60)])], resource['fanlight.agent']]) AS agent,
            texts[arrayFirst(place -> place != 0, [indexOf(numbers, 24), indexOf(numbers, 61)])] AS model_requested,
            texts[arrayFirst(place -> place != 0, [indexOf(numbers, 4), indexOf(numbers, 25), indexOf(numbers, 24), indexOf(numbers, 62), indexOf(numbers, 63), indexOf(numbers, 64), indexOf(numbers, 65), indexOf(numbers, 61)])] AS model,
            texts[arrayFirst(place -> place != 0, [indexOf(numbers, 5), indexOf(numbers, 26), indexOf(numbers, 27), indexOf(numbers, 66), indexOf(numbers, 67)])] AS provider,
            texts[arrayFirst(place -> place != 0, [indexOf(numbers, 6), indexOf(numbers, 28), indexOf(numbers, 68)])] AS tool,
            arrayFirst(text -> text != '', [texts[arrayFirst(place -> place != 0, [indexOf(numbers, 7), indexOf(numbers, 29), indexOf(numbers, 69)])], resource['fanlight.session'], resource['session']]) AS session,
            arrayFirst(text -> text != '', [texts[arrayFirst(place -> place != 0, [indexOf(numbers, 8), indexOf(numbers, 30), indexOf(numbers, 31)])], resource['fanlight.user']]) AS user,
            arrayFirst(text -> text != '', [texts[indexOf(numbers, 9)], resource['fanlight.room'], resource['room']]) AS room,
            texts[arrayFirst(place -> place != 0, [indexOf(numbers, 10), indexOf(numbers, 32)])] AS own_error_type,
            toUInt64OrNull(texts[arrayFirst(place -> place != 0, [indexOf(numbers, 11), indexOf(numbers, 33), indexOf(numbers, 34), indexOf(numbers, 70)])]) AS reported,
            toUInt64OrNull(texts[arrayFirst(place -> place != 0, [indexOf(numbers, 12), indexOf(numbers, 35), indexOf(numbers, 36), indexOf(numbers, 71)])]) AS tokens_output,
            toUInt64OrNull(texts[arrayFirst(place -> place != 0, [indexOf(numbers, 13), indexOf(numbers, 37), indexOf(numbers, 38), indexOf(numbers, 39), indexOf(numbers, 72), indexOf(numbers, 73)])]) AS tokens_cache_read,
            toUInt64OrNull(texts[arrayFirst(place -> place != 0, [indexOf(numbers, 14), indexOf(numbers, 40), indexOf(numbers, 41), indexOf(numbers, 42), indexOf(numbers, 43), indexOf(numbers, 74)])]) AS tokens_cache_write,
            toUInt64OrNull(texts[arrayFirst(place -> place != 0, [indexOf(numbers, 15), indexOf(numbers, 44), indexOf(numbers, 45), indexOf(numbers, 75)])]) AS tokens_reasoning
        FROM
        (
            SELECT
                *,
                CAST((keys, texts), 'Map(LowCardinality(String), String)') AS attributes,
                arrayMap((key, text) -> if(text = '', 0, transform(key, ['fanlight.kind', 'fanlight.run.id', 'fanlight.agent', 'fanlight.model', 'fanlight.provider', 'fanlight.tool', 'fanlight.session', 'fanlight.user', 'fanlight.room', 'fanlight.error.type', 'fanlight.tokens.input', 'fanlight.tokens.output', 'fanlight.tokens.cache_read', 'fanlight.tokens.cache_write', 'fanlight.tokens.reasoning', 'fanlight.input', 'fanlight.output', 'gen_ai.operation.name', 'mcp.method.name', 'gen_ai.evaluation.name', 'gen_ai.agent.name', 'agent_name', 'gcp.vertex.agent.name', 'gen_ai.request.model', 'gen_ai.response.model', 'gen_ai.provider.name', 'gen_ai.system', 'gen_ai.tool.name', 'gen_ai.conversation.id', 'user.id', 'enduser.id', 'error.type', 'gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens', 'gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens', 'gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cache_read_input_tokens', 'gen_ai.usage.details.cache_read_tokens', 'gen_ai.usage.cache_write.input_tokens', 'gen_ai.usage.cache_creation.input_tokens', 'gen_ai.usage.cache_creation_input_tokens', 'gen_ai.usage.details.cache_write_tokens', 'gen_ai.usage.reasoning.output_tokens', 'gen_ai.usage.reasoning_tokens', 'gen_ai.input.messages', 'gen_ai.tool.call.arguments', 'gen_ai.retrieval.query.text', 'gen_ai.prompt', 'pydantic_ai.all_messages', 'tool_arguments', 'gen_ai.output.messages', 'gen_ai.tool.call.result', 'gen_ai.completion', 'final_result', 'tool_response', 'gen_ai.retrieval.documents', 'openinference.span.kind', 'agent.name', 'graph.node.id', 'llm.request.model_name', 'llm.response.model_name', 'llm.model_name', 'embedding.model_name', 'reranker.model_name', 'llm.provider', 'llm.system', 'tool.name', 'session.id', 'llm.token_count.prompt', 'llm.token_count.completion', 'llm.token_count.prompt_details.cache_read', 'llm.token_count.prompt_details.cache_input', 'llm.token_count.prompt_details.cache_write', 'llm.token_count.completion_details.reasoning', 'input.value', 'output.value', 'tool.parameters'], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78], 0)), keys, texts) AS numbers
            FROM
            (
                SELECT
                    project_id,
                    toFixedString(substring(span.trace_id, 1, 16), 16) AS trace_id,
                    toFixedString(substring(span.span_id, 1, 8), 8) AS span_id,
                    toFixedString(substring(span.parent_span_id, 1, 8), 8) AS parent_span_id,
                    first_seq + ahead + place - 1 AS seq,
                    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
                    toInt64(least(greatest(span.start_time_unix_nano, if(received_ns > 11, received_ns - 11, 0)), received_ns + 22)) AS effective_ns,
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
                    arrayMap(v -> multiIf(v.v = 's', v.s, v.v = 'i', toString(v.i), v.v = 'b', toString(v.b), v.v = 'd', toString(v.d), v.v = 'a', v.a, v.v = 'k', v.k, v.y), span.attributes.v) AS texts,
                    CAST(span.attributes.v.v, 'Array(UInt8)') AS attribute_types,
                    span.dropped_attributes_count AS dropped_attributes_count,
                    span.events.time_unix_nano AS event_time_ns,
                    CAST(span.events.name, 'Array(LowCardinality(String))') AS event_name,
                    arrayMap(pairs -> CAST((pairs.key, arrayMap(v -> multiIf(v.v = 's', v.s, v.v = 'i', toString(v.i), v.v = 'b', toString(v.b), v.v = 'd', toString(v.d), v.v = 'a', v.a, v.v = 'k', v.k, v.y), pairs.v)), 'Map(LowCardinality(String), String)'), span.events.attributes) AS event_attributes,
                    CAST(span.events.attributes.v.v, 'Array(Array(UInt8))') AS event_types,
                    span.events.dropped_attributes_count AS event_dropped,
                    span.dropped_events_count AS dropped_events_count,
                    span.links.trace_id AS link_trace_id,
                    span.links.span_id AS link_span_id,
                    span.links.trace_state AS link_trace_state,
                    arrayMap(pairs -> CAST((pairs.key, arrayMap(v -> multiIf(v.v = 's', v.s, v.v = 'i', toString(v.i), v.v = 'b', toString(v.b), v.v = 'd', toString(v.d), v.v = 'a', v.a, v.v = 'k', v.k, v.y), pairs.v)), 'Map(LowCardinality(String), String)'), span.links.attributes) AS link_attributes,
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
                            toLowCardinality(if(match(if(project = '', resource['project'], project), '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'), if(project = '', resource['project'], project), 'default')) AS project_id,
                            toLowCardinality(resource['service.name']) AS service,
                            toLowCardinality(of_scope.1.scope.name) AS scope_name,
                            toLowCardinality(of_scope.1.scope.version) AS scope_version,
                            CAST((of_scope.1.scope.attributes.key, arrayMap(v -> multiIf(v.v = 's', v.s, v.v = 'i', toString(v.i), v.v = 'b', toString(v.b), v.v = 'd', toString(v.d), v.v = 'a', v.a, v.v = 'k', v.k, v.y), of_scope.1.scope.attributes.v)), 'Map(LowCardinality(String), String)') AS scope,
                            CAST(of_scope.1.scope.attributes.v.v, 'Array(UInt8)') AS scope_types,
                            resource_ahead + of_scope.2 AS ahead,
                            arrayJoin(arrayZip(of_scope.1.spans, arrayEnumerate(of_scope.1.spans))) AS placed
                        FROM
                        (
                            SELECT
                                project, received_ns, first_seq,
                                of_resource.2 AS resource_ahead,
                                CAST((of_resource.1.resource.attributes.key, arrayMap(v -> multiIf(v.v = 's', v.s, v.v = 'i', toString(v.i), v.v = 'b', toString(v.b), v.v = 'd', toString(v.d), v.v = 'a', v.a, v.v = 'k', v.k, v.y), of_resource.1.resource.attributes.v)), 'Map(LowCardinality(String), String)') AS resource,
                                CAST(of_resource.1.resource.attributes.v.v, 'Array(UInt8)') AS resource_types,
                                arrayMap(spans -> length(spans), of_resource.1.scope_spans.spans) AS sizes,
                                arrayJoin(arrayZip(of_resource.1.scope_spans, arrayMap((sum, size) -> sum - size, arrayCumSum(sizes), sizes))) AS of_scope
                            FROM
                            (
                                SELECT
                                    project, received_ns, seq AS first_seq,
                                    arrayMap(scopes -> arraySum(spans -> length(spans), scopes), resource_spans.scope_spans.spans) AS sizes,
                                    arrayJoin(arrayZip(resource_spans, arrayMap((sum, size) -> sum - size, arrayCumSum(sizes), sizes))) AS of_resource
                                FROM file('/log/segment.pb.gz', 'Protobuf', 'resource_spans Array(Tuple(resource Tuple(attributes Array(Tuple(key String, v Tuple(v Enum8(''no'' = 0, ''s'' = 1, ''b'' = 2, ''i'' = 3, ''d'' = 4, ''a'' = 5, ''k'' = 6, ''y'' = 7), s String, b Bool, i Int64, d Float64, a String, k String, y String))), dropped_attributes_count UInt32), scope_spans Array(Tuple(scope Tuple(name String, version String, attributes Array(Tuple(key String, v Tuple(v Enum8(''no'' = 0, ''s'' = 1, ''b'' = 2, ''i'' = 3, ''d'' = 4, ''a'' = 5, ''k'' = 6, ''y'' = 7), s String, b Bool, i Int64, d Float64, a String, k String, y String))), dropped_attributes_count UInt32), spans Array(Tuple(trace_id String, span_id String, trace_state String, parent_span_id String, name String, kind Int32, start_time_unix_nano UInt64, end_time_unix_nano UInt64, attributes Array(Tuple(key String, v Tuple(v Enum8(''no'' = 0, ''s'' = 1, ''b'' = 2, ''i'' = 3, ''d'' = 4, ''a'' = 5, ''k'' = 6, ''y'' = 7), s String, b Bool, i Int64, d Float64, a String, k String, y String))), dropped_attributes_count UInt32, events Array(Tuple(time_unix_nano UInt64, name String, attributes Array(Tuple(key String, v Tuple(v Enum8(''no'' = 0, ''s'' = 1, ''b'' = 2, ''i'' = 3, ''d'' = 4, ''a'' = 5, ''k'' = 6, ''y'' = 7), s String, b Bool, i Int64, d Float64, a String, k String, y String))), dropped_attributes_count UInt32)), dropped_events_count UInt32, links Array(Tuple(trace_id String, span_id String, trace_state String, attributes Array(Tuple(key String, v Tuple(v Enum8(''no'' = 0, ''s'' = 1, ''b'' = 2, ''i'' = 3, ''d'' = 4, ''a'' = 5, ''k'' = 6, ''y'' = 7), s String, b Bool, i Int64, d Float64, a String, k String, y String))), dropped_attributes_count UInt32, flags UInt32)), dropped_links_count UInt32, status Tuple(message String, code Int32), flags UInt32)))))), project String, received_ns UInt64, seq UInt64')
                            )
                        )
                    )
                )
            )
        )
    )
)
