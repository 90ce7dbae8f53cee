-- What a decoded segment holds: rows, finished ones, different finished ones, the longest value.
SELECT
    count(),
    countIf(end_ns != 0),
    uniqExactIf((project_id, trace_id, span_id), end_ns != 0),
    max(arrayMax(arrayMap(text -> length(text), mapValues(attributes))))
FROM incoming
