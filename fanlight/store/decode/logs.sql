-- One row a log record, as the columns of `logs`; built like traces.sql. The time of a record is its own, else
-- when it was observed; one that is missing or outside of what is kept counts from when it was received.
SELECT
    * EXCEPT (ordinal_of, keys, texts, numbers, is_bad_id),
    fromUnixTimestamp64Nano(toInt64(if(own_ns + /*past_ns*/ >= received_ns AND own_ns <= received_ns + /*future_ns*/ AND own_ns != 0, own_ns, received_ns)), 'UTC') AS time,
    arrayFilter(flag -> flag != '', [
        if(own_ns = 0 OR toUnixTimestamp64Nano(time) = own_ns, '', 'clamped_time'),
        if(is_bad_id, 'bad_trace_or_span_id', '')
    ]) AS flags,
    /*found(session)*/ AS session,
    /*found(room)*/ AS room,
    -- Two equal records of one request are two; the same request sent again is the same.
    reinterpretAsUInt128(sipHash128(project_id, ordinal_of, row_number() OVER (PARTITION BY first_seq, project_id, ordinal_of ORDER BY seq))) AS identity,
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
            project_id, received_ns, first_seq,
            first_seq + ahead + place - 1 AS seq,
            fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
            item.time_unix_nano AS time_ns,
            item.observed_time_unix_nano AS observed_ns,
            if(time_ns != 0, time_ns, observed_ns) AS own_ns,
            toUInt8(item.severity_number) AS severity_number,
            toLowCardinality(item.severity_text) AS severity_text,
            /*text(item.body)*/ AS body,
            CAST(item.body.v, 'UInt8') AS body_type,
            toLowCardinality(item.event_name) AS event_name,
            greatest(length(item.trace_id) NOT IN (0, 16), length(item.span_id) NOT IN (0, 8)) AS is_bad_id,
            toFixedString(if(is_bad_id, '', item.trace_id), 16) AS trace_id,
            toFixedString(if(is_bad_id, '', item.span_id), 8) AS span_id,
            item.flags AS log_flags,
            service, scope_name, scope_version, resource, resource_types, scope, scope_types,
            item.attributes.key AS keys,
            /*texts(item.attributes)*/ AS texts,
            /*types(item.attributes)*/ AS attribute_types,
            item.dropped_attributes_count AS dropped_attributes_count,
            sipHash128(item, mapKeys(resource), mapValues(resource), resource_types, scope_name, scope_version, mapKeys(scope), mapValues(scope)) AS ordinal_of
        FROM
        (
            SELECT project_id, received_ns, first_seq, service, resource, resource_types, scope_name, scope_version, scope, scope_types, ahead, placed.1 AS item, placed.2 AS place
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
                    arrayJoin(arrayZip(of_scope.1.log_records, arrayEnumerate(of_scope.1.log_records))) AS placed
                FROM
                (
                    SELECT
                        project, received_ns, first_seq,
                        of_resource.2 AS resource_ahead,
                        /*map(of_resource.1.resource.attributes)*/ AS resource,
                        /*types(of_resource.1.resource.attributes)*/ AS resource_types,
                        arrayMap(items -> length(items), of_resource.1.scope_logs.log_records) AS sizes,
                        arrayJoin(arrayZip(of_resource.1.scope_logs, arrayMap((sum, size) -> sum - size, arrayCumSum(sizes), sizes))) AS of_scope
                    FROM
                    (
                        SELECT
                            project, received_ns, seq AS first_seq,
                            arrayMap(scopes -> arraySum(items -> length(items), scopes), resource_logs.scope_logs.log_records) AS sizes,
                            arrayJoin(arrayZip(resource_logs, arrayMap((sum, size) -> sum - size, arrayCumSum(sizes), sizes))) AS of_resource
                        FROM /*segment*/
                    )
                )
            )
        )
    )
)
