-- One row a point, as the columns of `metrics`; built like traces.sql, with one more level: a metric has points of
-- one of five kinds, which are brought to one shape. Points are numbered in the order of their request.
SELECT
    * EXCEPT (places, pairs, keys, texts, numbers),
    first_seq + row_number() OVER (PARTITION BY first_seq ORDER BY places) - 1 AS seq,
    cityHash64(type, unit, temporality, monotonic, mapKeys(resource), mapValues(resource), resource_types, scope_name, scope_version, mapKeys(attributes), mapValues(attributes), attribute_types) AS series,
    cityHash64(project_id, name, series, start_ns, time_ns) AS identity,
    fromUnixTimestamp64Nano(toInt64(if(own_ns + /*past_ns*/ >= received_ns AND own_ns <= received_ns + /*future_ns*/ AND own_ns != 0, own_ns, received_ns)), 'UTC') AS time,
    if(own_ns = 0 OR toUnixTimestamp64Nano(time) = own_ns, [], ['clamped_time']) AS flags,
    /*found(session)*/ AS session,
    /*found(room)*/ AS room,
    toUInt16(/*retention_days*/) AS retention_days
FROM
(
    SELECT
        *,
        CAST((keys, texts), 'Map(LowCardinality(String), String)') AS attributes,
        /*numbers_of_places*/ AS numbers
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
            /*texts(pairs)*/ AS texts,
            /*types(pairs)*/ AS attribute_types,
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
                /*project(resource)*/ AS project_id,
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
                    arrayMap(p -> /*number(p)*/, metric.gauge.data_points),
                    arrayMap(p -> /*number(p)*/, metric.sum.data_points),
                    arrayMap(p -> /*histogram(p)*/, metric.histogram.data_points),
                    arrayMap(p -> /*exponential(p)*/, metric.exponential_histogram.data_points),
                    arrayMap(p -> /*summary(p)*/, metric.summary.data_points)) AS points,
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
                        /*map(placed_resource.1.resource.attributes)*/ AS resource,
                        /*types(placed_resource.1.resource.attributes)*/ AS resource_types,
                        arrayJoin(arrayZip(placed_resource.1.scope_metrics, arrayEnumerate(placed_resource.1.scope_metrics))) AS placed_scope
                    FROM
                    (
                        SELECT
                            project, received_ns, seq AS first_seq,
                            arrayJoin(arrayZip(resource_metrics, arrayEnumerate(resource_metrics))) AS placed_resource
                        FROM /*segment*/
                    )
                )
            )
        )
    )
)
