-- One row a point, as the columns of `metrics`; built like traces.sql, with one more level: a metric has points of
-- one of five kinds, which are brought to one shape. Points are numbered in the order of their request.
SELECT
    * EXCEPT (places, pairs, keys, texts, numbers),
    first_seq + row_number() OVER (PARTITION BY first_seq ORDER BY places) - 1 AS seq,
    cityHash64(type, unit, temporality, monotonic, mapKeys(resource), mapValues(resource), resource_types, scope_name, scope_version, mapKeys(attributes), mapValues(attributes), attribute_types) AS series,
    cityHash64(project_id, name, series, start_ns, time_ns) AS identity,
    fromUnixTimestamp64Nano(toInt64(if(own_ns + 11 >= received_ns AND own_ns <= received_ns + 22 AND own_ns != 0, own_ns, received_ns)), 'UTC') AS time,
    if(own_ns = 0 OR toUnixTimestamp64Nano(time) = own_ns, [], ['clamped_time']) AS flags,
    if(texts[arrayFirst(place -> place != 0, [indexOf(numbers, 20480), indexOf(numbers, 20481), indexOf(numbers, 20482), indexOf(numbers, 20483), indexOf(numbers, 20484), indexOf(numbers, 20485), indexOf(numbers, 20486), indexOf(numbers, 20487), indexOf(numbers, 20488), indexOf(numbers, 20489), indexOf(numbers, 20490), indexOf(numbers, 20491), indexOf(numbers, 20492), indexOf(numbers, 20493), indexOf(numbers, 20494), indexOf(numbers, 20495), indexOf(numbers, 20496), indexOf(numbers, 20497)])] != '', texts[arrayFirst(place -> place != 0, [indexOf(numbers, 20480), indexOf(numbers, 20481), indexOf(numbers, 20482), indexOf(numbers, 20483), indexOf(numbers, 20484), indexOf(numbers, 20485), indexOf(numbers, 20486), indexOf(numbers, 20487), indexOf(numbers, 20488), indexOf(numbers, 20489), indexOf(numbers, 20490), indexOf(numbers, 20491), indexOf(numbers, 20492), indexOf(numbers, 20493), indexOf(numbers, 20494), indexOf(numbers, 20495), indexOf(numbers, 20496), indexOf(numbers, 20497)])], if(resource['fanlight.session'] != '', resource['fanlight.session'], resource['session'])) AS session,
    if(texts[indexOf(numbers, 22528)] != '', texts[indexOf(numbers, 22528)], if(resource['fanlight.room'] != '', resource['fanlight.room'], resource['room'])) AS room,
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
            project_id, received_ns, first_seq, service, scope_name, scope_version, resource, resource_types,
            (resource_place, scope_place, metric_place, placed.2) AS places,
            fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
            name, unit, description, type, temporality, monotonic,
            placed.1.1 AS start_ns,
            placed.1.2 AS time_ns,
            if(time_ns != 0, time_ns, start_ns) AS own_ns,
            placed.1.3 AS pairs,
            pairs.key AS keys,
            arrayMap(v -> multiIf(v.v = 's', v.s, v.v = 'i', toString(v.i), v.v = 'b', toString(v.b), v.v = 'd', toString(v.d), v.v = 'a', v.a, v.v = 'k', v.k, v.y), pairs.v) AS texts,
            CAST(pairs.v.v, 'Array(UInt8)') AS attribute_types,
            placed.1.4 AS point_flags,
            placed.1.5 AS value_type,
            placed.1.6 AS value_double,
            placed.1.7 AS value_int,
            placed.1.8 AS count,
            placed.1.9 AS sum,
            placed.1.10 AS min,
            placed.1.11 AS max,
            placed.1.12 AS bounds,
            placed.1.13 AS bucket_counts,
            placed.1.14 AS scale,
            placed.1.15 AS zero_count,
            placed.1.16 AS zero_threshold,
            placed.1.17 AS positive_offset,
            placed.1.18 AS positive_counts,
            placed.1.19 AS negative_offset,
            placed.1.20 AS negative_counts,
            placed.1.21 AS quantiles,
            placed.1.22 AS quantile_values
        FROM
        (
            SELECT
                received_ns, first_seq, resource, resource_types, scope_name, scope_version, resource_place, scope_place,
                toLowCardinality(if(match(if(project = '', resource['project'], project), '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'), if(project = '', resource['project'], project), 'default')) AS project_id,
                toLowCardinality(resource['service.name']) AS service,
                placed_metric.2 AS metric_place,
                placed_metric.1 AS metric,
                toLowCardinality(metric.name) AS name,
                toLowCardinality(metric.unit) AS unit,
                toLowCardinality(metric.description) AS description,
                transform(toUInt8(metric.data), [5, 7, 9, 10, 11], [1, 2, 3, 4, 5], 1) AS type,
                toUInt8(metric.sum.aggregation_temporality + metric.histogram.aggregation_temporality + metric.exponential_histogram.aggregation_temporality) AS temporality,
                toUInt8(metric.sum.is_monotonic) AS monotonic,
                arrayConcat(
                    arrayMap(p -> tuple(p.start_time_unix_nano, p.time_unix_nano, p.attributes, p.flags, CAST(transform(toUInt8(p.value), [4, 6], [1, 2], 0), 'UInt8'), CAST(p.as_double, 'Float64'), CAST(p.as_int, 'Int64'), CAST(0, 'UInt64'), CAST(NULL, 'Nullable(Float64)'), CAST(NULL, 'Nullable(Float64)'), CAST(NULL, 'Nullable(Float64)'), CAST([], 'Array(Float64)'), CAST([], 'Array(UInt64)'), CAST(0, 'Int32'), CAST(0, 'UInt64'), CAST(0, 'Float64'), CAST(0, 'Int32'), CAST([], 'Array(UInt64)'), CAST(0, 'Int32'), CAST([], 'Array(UInt64)'), CAST([], 'Array(Float64)'), CAST([], 'Array(Float64)')), metric.gauge.data_points),
                    arrayMap(p -> tuple(p.start_time_unix_nano, p.time_unix_nano, p.attributes, p.flags, CAST(transform(toUInt8(p.value), [4, 6], [1, 2], 0), 'UInt8'), CAST(p.as_double, 'Float64'), CAST(p.as_int, 'Int64'), CAST(0, 'UInt64'), CAST(NULL, 'Nullable(Float64)'), CAST(NULL, 'Nullable(Float64)'), CAST(NULL, 'Nullable(Float64)'), CAST([], 'Array(Float64)'), CAST([], 'Array(UInt64)'), CAST(0, 'Int32'), CAST(0, 'UInt64'), CAST(0, 'Float64'), CAST(0, 'Int32'), CAST([], 'Array(UInt64)'), CAST(0, 'Int32'), CAST([], 'Array(UInt64)'), CAST([], 'Array(Float64)'), CAST([], 'Array(Float64)')), metric.sum.data_points),
                    arrayMap(p -> tuple(p.start_time_unix_nano, p.time_unix_nano, p.attributes, p.flags, CAST(0, 'UInt8'), CAST(0, 'Float64'), CAST(0, 'Int64'), CAST(p.count, 'UInt64'), CAST(if(p.has_sum = 'no', NULL, p.sum), 'Nullable(Float64)'), CAST(if(p.has_min = 'no', NULL, p.min), 'Nullable(Float64)'), CAST(if(p.has_max = 'no', NULL, p.max), 'Nullable(Float64)'), CAST(p.explicit_bounds, 'Array(Float64)'), CAST(p.bucket_counts, 'Array(UInt64)'), CAST(0, 'Int32'), CAST(0, 'UInt64'), CAST(0, 'Float64'), CAST(0, 'Int32'), CAST([], 'Array(UInt64)'), CAST(0, 'Int32'), CAST([], 'Array(UInt64)'), CAST([], 'Array(Float64)'), CAST([], 'Array(Float64)')), metric.histogram.data_points),
                    arrayMap(p -> tuple(p.start_time_unix_nano, p.time_unix_nano, p.attributes, p.flags, CAST(0, 'UInt8'), CAST(0, 'Float64'), CAST(0, 'Int64'), CAST(p.count, 'UInt64'), CAST(if(p.has_sum = 'no', NULL, p.sum), 'Nullable(Float64)'), CAST(if(p.has_min = 'no', NULL, p.min), 'Nullable(Float64)'), CAST(if(p.has_max = 'no', NULL, p.max), 'Nullable(Float64)'), CAST([], 'Array(Float64)'), CAST([], 'Array(UInt64)'), CAST(p.scale, 'Int32'), CAST(p.zero_count, 'UInt64'), CAST(p.zero_threshold, 'Float64'), CAST(p.positive.offset, 'Int32'), CAST(p.positive.bucket_counts, 'Array(UInt64)'), CAST(p.negative.offset, 'Int32'), CAST(p.negative.bucket_counts, 'Array(UInt64)'), CAST([], 'Array(Float64)'), CAST([], 'Array(Float64)')), metric.exponential_histogram.data_points),
                    arrayMap(p -> tuple(p.start_time_unix_nano, p.time_unix_nano, p.attributes, p.flags, CAST(0, 'UInt8'), CAST(0, 'Float64'), CAST(0, 'Int64'), CAST(p.count, 'UInt64'), CAST(p.sum, 'Nullable(Float64)'), CAST(NULL, 'Nullable(Float64)'), CAST(NULL, 'Nullable(Float64)'), CAST([], 'Array(Float64)'), CAST([], 'Array(UInt64)'), CAST(0, 'Int32'), CAST(0, 'UInt64'), CAST(0, 'Float64'), CAST(0, 'Int32'), CAST([], 'Array(UInt64)'), CAST(0, 'Int32'), CAST([], 'Array(UInt64)'), CAST(p.quantile_values.quantile, 'Array(Float64)'), CAST(p.quantile_values.value, 'Array(Float64)')), metric.summary.data_points)) AS points,
                arrayJoin(arrayZip(points, arrayEnumerate(points))) AS placed
            FROM
            (
                SELECT
                    project, received_ns, first_seq, resource, resource_types, resource_place,
                    placed_scope.2 AS scope_place,
                    toLowCardinality(placed_scope.1.scope.name) AS scope_name,
                    toLowCardinality(placed_scope.1.scope.version) AS scope_version,
                    arrayJoin(arrayZip(placed_scope.1.metrics, arrayEnumerate(placed_scope.1.metrics))) AS placed_metric
                FROM
                (
                    SELECT
                        project, received_ns, first_seq,
                        placed_resource.2 AS resource_place,
                        CAST((placed_resource.1.resource.attributes.key, arrayMap(v -> multiIf(v.v = 's', v.s, v.v = 'i', toString(v.i), v.v = 'b', toString(v.b), v.v = 'd', toString(v.d), v.v = 'a', v.a, v.v = 'k', v.k, v.y), placed_resource.1.resource.attributes.v)), 'Map(LowCardinality(String), String)') AS resource,
                        CAST(placed_resource.1.resource.attributes.v.v, 'Array(UInt8)') AS resource_types,
                        arrayJoin(arrayZip(placed_resource.1.scope_metrics, arrayEnumerate(placed_resource.1.scope_metrics))) AS placed_scope
                    FROM
                    (
                        SELECT
                            project, received_ns, seq AS first_seq,
                            arrayJoin(arrayZip(resource_metrics, arrayEnumerate(resource_metrics))) AS placed_resource
                        FROM file('/log/segment.pb.gz', 'Protobuf', 'resource_metrics Array(Tuple(resource Tuple(attributes Array(Tuple(key String, v Tuple(v Enum8(''no'' = 0, ''s'' = 1, ''b'' = 2, ''i'' = 3, ''d'' = 4, ''a'' = 5, ''k'' = 6, ''y'' = 7), s String, b Bool, i Int64, d Float64, a String, k String, y String))), dropped_attributes_count UInt32), scope_metrics Array(Tuple(scope Tuple(name String, version String, attributes Array(Tuple(key String, v Tuple(v Enum8(''no'' = 0, ''s'' = 1, ''b'' = 2, ''i'' = 3, ''d'' = 4, ''a'' = 5, ''k'' = 6, ''y'' = 7), s String, b Bool, i Int64, d Float64, a String, k String, y String))), dropped_attributes_count UInt32), metrics Array(Tuple(name String, description String, unit String, data Enum8(''no'' = 0, ''gauge'' = 5, ''sum'' = 7, ''histogram'' = 9, ''exponential_histogram'' = 10, ''summary'' = 11), gauge Tuple(data_points Array(Tuple(start_time_unix_nano UInt64, time_unix_nano UInt64, flags UInt32, attributes Array(Tuple(key String, v Tuple(v Enum8(''no'' = 0, ''s'' = 1, ''b'' = 2, ''i'' = 3, ''d'' = 4, ''a'' = 5, ''k'' = 6, ''y'' = 7), s String, b Bool, i Int64, d Float64, a String, k String, y String))), value Enum8(''no'' = 0, ''as_double'' = 4, ''as_int'' = 6), as_double Float64, as_int Int64))), sum Tuple(data_points Array(Tuple(start_time_unix_nano UInt64, time_unix_nano UInt64, flags UInt32, attributes Array(Tuple(key String, v Tuple(v Enum8(''no'' = 0, ''s'' = 1, ''b'' = 2, ''i'' = 3, ''d'' = 4, ''a'' = 5, ''k'' = 6, ''y'' = 7), s String, b Bool, i Int64, d Float64, a String, k String, y String))), value Enum8(''no'' = 0, ''as_double'' = 4, ''as_int'' = 6), as_double Float64, as_int Int64)), aggregation_temporality Int32, is_monotonic Bool), histogram Tuple(data_points Array(Tuple(start_time_unix_nano UInt64, time_unix_nano UInt64, flags UInt32, attributes Array(Tuple(key String, v Tuple(v Enum8(''no'' = 0, ''s'' = 1, ''b'' = 2, ''i'' = 3, ''d'' = 4, ''a'' = 5, ''k'' = 6, ''y'' = 7), s String, b Bool, i Int64, d Float64, a String, k String, y String))), count UInt64, has_sum Enum8(''no'' = 0, ''sum'' = 5), sum Float64, bucket_counts Array(UInt64), explicit_bounds Array(Float64), has_min Enum8(''no'' = 0, ''min'' = 11), min Float64, has_max Enum8(''no'' = 0, ''max'' = 12), max Float64)), aggregation_temporality Int32), exponential_histogram Tuple(data_points Array(Tuple(start_time_unix_nano UInt64, time_unix_nano UInt64, flags UInt32, attributes Array(Tuple(key String, v Tuple(v Enum8(''no'' = 0, ''s'' = 1, ''b'' = 2, ''i'' = 3, ''d'' = 4, ''a'' = 5, ''k'' = 6, ''y'' = 7), s String, b Bool, i Int64, d Float64, a String, k String, y String))), count UInt64, has_sum Enum8(''no'' = 0, ''sum'' = 5), sum Float64, scale Int32, zero_count UInt64, positive Tuple(offset Int32, bucket_counts Array(UInt64)), negative Tuple(offset Int32, bucket_counts Array(UInt64)), has_min Enum8(''no'' = 0, ''min'' = 12), min Float64, has_max Enum8(''no'' = 0, ''max'' = 13), max Float64, zero_threshold Float64)), aggregation_temporality Int32), summary Tuple(data_points Array(Tuple(start_time_unix_nano UInt64, time_unix_nano UInt64, flags UInt32, attributes Array(Tuple(key String, v Tuple(v Enum8(''no'' = 0, ''s'' = 1, ''b'' = 2, ''i'' = 3, ''d'' = 4, ''a'' = 5, ''k'' = 6, ''y'' = 7), s String, b Bool, i Int64, d Float64, a String, k String, y String))), count UInt64, sum Float64, quantile_values Array(Tuple(quantile Float64, value Float64))))))))))), project String, received_ns UInt64, seq UInt64')
                    )
                )
            )
        )
    )
)
