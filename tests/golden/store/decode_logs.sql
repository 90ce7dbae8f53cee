-- One row a log record, as the columns of `logs`; built like traces.sql. The time of a record is its own, else
-- when it was observed; one that is missing or outside of what is kept counts from when it was received.
SELECT
    * EXCEPT (ordinal_of, keys, texts, numbers, is_bad_id),
    fromUnixTimestamp64Nano(toInt64(if(own_ns + 11 >= received_ns AND own_ns <= received_ns + 22 AND own_ns != 0, own_ns, received_ns)), 'UTC') AS time,
    arrayFilter(flag -> flag != '', [
        if(own_ns = 0 OR toUnixTimestamp64Nano(time) = own_ns, '', 'clamped_time'),
        if(is_bad_id, 'bad_trace_or_span_id', '')
    ]) AS flags,
    if(texts[arrayFirst(place -> place != 0, [indexOf(numbers, 20480), indexOf(numbers, 20481), indexOf(numbers, 20482), indexOf(numbers, 20483), indexOf(numbers, 20484), indexOf(numbers, 20485), indexOf(numbers, 20486), indexOf(numbers, 20487), indexOf(numbers, 20488), indexOf(numbers, 20489), indexOf(numbers, 20490), indexOf(numbers, 20491), indexOf(numbers, 20492), indexOf(numbers, 20493), indexOf(numbers, 20494), indexOf(numbers, 20495), indexOf(numbers, 20496), indexOf(numbers, 20497)])] != '', texts[arrayFirst(place -> place != 0, [indexOf(numbers, 20480), indexOf(numbers, 20481), indexOf(numbers, 20482), indexOf(numbers, 20483), indexOf(numbers, 20484), indexOf(numbers, 20485), indexOf(numbers, 20486), indexOf(numbers, 20487), indexOf(numbers, 20488), indexOf(numbers, 20489), indexOf(numbers, 20490), indexOf(numbers, 20491), indexOf(numbers, 20492), indexOf(numbers, 20493), indexOf(numbers, 20494), indexOf(numbers, 20495), indexOf(numbers, 20496), indexOf(numbers, 20497)])], if(resource['fanlight.session'] != '', resource['fanlight.session'], resource['session'])) AS session,
    if(texts[indexOf(numbers, 22528)] != '', texts[indexOf(numbers, 22528)], if(resource['fanlight.room'] != '', resource['fanlight.room'], resource['room'])) AS room,
    -- Two equal records of one request are two; the same request sent again is the same.
    reinterpretAsUInt128(sipHash128(project_id, ordinal_of, row_number() OVER (PARTITION BY first_seq, project_id, ordinal_of ORDER BY seq))) AS identity,
    toUInt16(33) AS retention_days
FROM
(
    SELECT
        *,
        CAST((keys, texts), 'Map(LowCardinality(String), String)') AS attributes,
        arrayMap((key, text) -> if(text = '', 65535, toUInt16(transform(key, ['fanlight.session', 'langsmith.metadata.session_id', 'langsmith.metadata.thread_id', 'langsmith.metadata.conversation_id', 'langsmith.trace.session_id', 'ai.telemetry.metadata.sessionId', 'ai.telemetry.metadata.session.id', 'gen_ai.conversation.id', 'mcp.session.id', 'session.id', 'metadata.session_id', 'metadata.thread_id', 'metadata.conversation_id', 'traceloop.association.properties.session_id', 'traceloop.association.properties.thread_id', 'traceloop.association.properties.conversation_id', 'mlflow.trace.session', 'langfuse.session.id', 'fanlight.room'], [20480, 20481, 20482, 20483, 20484, 20485, 20486, 20487, 20488, 20489, 20490, 20491, 20492, 20493, 20494, 20495, 20496, 20497, 22528], 65535))), keys, texts) AS numbers
    FROM
    (
        SELECT
            project_id, received_ns, first_seq,
            first_seq + ahead + place - 1 AS seq,
            fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
            item.time_unix_nano AS time_ns,
            item.observed_time_unix_nano AS observed_ns,
            if(time_ns != 0, time_ns, observed_ns) AS own_ns,
            toUInt8(item.severity_number) AS severity_number,
            toLowCardinality(item.severity_text) AS severity_text,
            multiIf(item.body.v = 's', item.body.s, item.body.v = 'i', toString(item.body.i), item.body.v = 'b', toString(item.body.b), item.body.v = 'd', toString(item.body.d), item.body.v = 'a', item.body.a, item.body.v = 'k', item.body.k, item.body.y) AS body,
            CAST(item.body.v, 'UInt8') AS body_type,
            toLowCardinality(item.event_name) AS event_name,
            greatest(length(item.trace_id) NOT IN (0, 16), length(item.span_id) NOT IN (0, 8)) AS is_bad_id,
            toFixedString(if(is_bad_id, '', item.trace_id), 16) AS trace_id,
            toFixedString(if(is_bad_id, '', item.span_id), 8) AS span_id,
            item.flags AS log_flags,
            service, scope_name, scope_version, resource, resource_types, scope, scope_types,
            item.attributes.key AS keys,
            arrayMap(v -> multiIf(v.v = 's', v.s, v.v = 'i', toString(v.i), v.v = 'b', toString(v.b), v.v = 'd', toString(v.d), v.v = 'a', v.a, v.v = 'k', v.k, v.y), item.attributes.v) AS texts,
            CAST(item.attributes.v.v, 'Array(UInt8)') AS attribute_types,
            item.dropped_attributes_count AS dropped_attributes_count,
            sipHash128(item, mapKeys(resource), mapValues(resource), resource_types, scope_name, scope_version, mapKeys(scope), mapValues(scope)) AS ordinal_of
        FROM
        (
            SELECT project_id, received_ns, first_seq, service, resource, resource_types, scope_name, scope_version, scope, scope_types, ahead, placed.1 AS item, placed.2 AS place
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
                    arrayJoin(arrayZip(of_scope.1.log_records, arrayEnumerate(of_scope.1.log_records))) AS placed
                FROM
                (
                    SELECT
                        project, received_ns, first_seq,
                        of_resource.2 AS resource_ahead,
                        CAST((of_resource.1.resource.attributes.key, arrayMap(v -> multiIf(v.v = 's', v.s, v.v = 'i', toString(v.i), v.v = 'b', toString(v.b), v.v = 'd', toString(v.d), v.v = 'a', v.a, v.v = 'k', v.k, v.y), of_resource.1.resource.attributes.v)), 'Map(LowCardinality(String), String)') AS resource,
                        CAST(of_resource.1.resource.attributes.v.v, 'Array(UInt8)') AS resource_types,
                        arrayMap(items -> length(items), of_resource.1.scope_logs.log_records) AS sizes,
                        arrayJoin(arrayZip(of_resource.1.scope_logs, arrayMap((sum, size) -> sum - size, arrayCumSum(sizes), sizes))) AS of_scope
                    FROM
                    (
                        SELECT
                            project, received_ns, seq AS first_seq,
                            arrayMap(scopes -> arraySum(items -> length(items), scopes), resource_logs.scope_logs.log_records) AS sizes,
                            arrayJoin(arrayZip(resource_logs, arrayMap((sum, size) -> sum - size, arrayCumSum(sizes), sizes))) AS of_resource
                        FROM file('/log/segment.pb.gz', 'Protobuf', 'resource_logs Array(Tuple(resource Tuple(attributes Array(Tuple(key String, v Tuple(v Enum8(''no'' = 0, ''s'' = 1, ''b'' = 2, ''i'' = 3, ''d'' = 4, ''a'' = 5, ''k'' = 6, ''y'' = 7), s String, b Bool, i Int64, d Float64, a String, k String, y String))), dropped_attributes_count UInt32), scope_logs Array(Tuple(scope Tuple(name String, version String, attributes Array(Tuple(key String, v Tuple(v Enum8(''no'' = 0, ''s'' = 1, ''b'' = 2, ''i'' = 3, ''d'' = 4, ''a'' = 5, ''k'' = 6, ''y'' = 7), s String, b Bool, i Int64, d Float64, a String, k String, y String))), dropped_attributes_count UInt32), log_records Array(Tuple(time_unix_nano UInt64, severity_number Int32, severity_text String, body Tuple(v Enum8(''no'' = 0, ''s'' = 1, ''b'' = 2, ''i'' = 3, ''d'' = 4, ''a'' = 5, ''k'' = 6, ''y'' = 7), s String, b Bool, i Int64, d Float64, a String, k String, y String), attributes Array(Tuple(key String, v Tuple(v Enum8(''no'' = 0, ''s'' = 1, ''b'' = 2, ''i'' = 3, ''d'' = 4, ''a'' = 5, ''k'' = 6, ''y'' = 7), s String, b Bool, i Int64, d Float64, a String, k String, y String))), dropped_attributes_count UInt32, flags UInt32, trace_id String, span_id String, observed_time_unix_nano UInt64, event_name String)))))), project String, received_ns UInt64, seq UInt64')
                    )
                )
            )
        )
    )
)
