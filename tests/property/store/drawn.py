"""Requests of OTLP as hypothesis draws them: every arm, every kind of point, anything left out."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import (
    AnyValue,
    ArrayValue,
    InstrumentationScope,
    KeyValue,
    KeyValueList,
)
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1 import metrics_pb2 as m
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
u64 = st.integers(0, 2**64 - 1) | st.just(0)
u32 = st.integers(0, 2**32 - 1)
i64 = st.integers(-(2**63), 2**63 - 1)
i32 = st.integers(-(2**31), 2**31 - 1)
doubles = st.floats(allow_nan=True, allow_infinity=True)
scalars = st.one_of(
    st.just(AnyValue()),
    st.builds(AnyValue, string_value=texts),
    st.builds(AnyValue, bool_value=st.booleans()),
    st.builds(AnyValue, int_value=i64),
    st.builds(AnyValue, double_value=doubles),
    st.builds(AnyValue, bytes_value=st.binary(max_size=8)),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.builds(lambda v: AnyValue(array_value=ArrayValue(values=v)), st.lists(inner, max_size=3))
        | st.builds(
            lambda v: AnyValue(kvlist_value=KeyValueList(values=[KeyValue(key="k", value=e) for e in v])),
            st.lists(inner, max_size=3),
        )
    ),
    max_leaves=4,
)
attributes = st.lists(
    st.builds(KeyValue, key=st.sampled_from(["a", "b", ""]) | texts, value=values), max_size=4
)
resources = st.builds(Resource, attributes=attributes)
scopes = st.builds(InstrumentationScope, name=texts, version=texts, attributes=attributes)
# Ids are 16 and 8 bytes here: what has another length never reaches the log.
trace_ids, span_ids = st.binary(min_size=16, max_size=16), st.binary(min_size=8, max_size=8)

events = st.builds(
    Span.Event, time_unix_nano=u64, name=texts, attributes=attributes, dropped_attributes_count=u32
)
links = st.builds(
    Span.Link,
    trace_id=trace_ids,
    span_id=span_ids,
    trace_state=texts,
    attributes=attributes,
    dropped_attributes_count=u32,
    flags=u32,
)
spans = st.builds(
    Span,
    trace_id=trace_ids,
    span_id=span_ids,
    parent_span_id=st.just(b"") | span_ids,
    trace_state=texts,
    name=texts,
    kind=st.integers(0, 5),
    start_time_unix_nano=u64,
    end_time_unix_nano=u64,
    attributes=attributes,
    dropped_attributes_count=u32,
    events=st.lists(events, max_size=2),
    dropped_events_count=u32,
    links=st.lists(links, max_size=2),
    dropped_links_count=u32,
    flags=u32,
    status=st.builds(Status, code=st.integers(0, 2), message=texts),
)
traces = st.builds(
    ExportTraceServiceRequest,
    resource_spans=st.lists(
        st.builds(
            ResourceSpans,
            resource=resources,
            scope_spans=st.lists(
                st.builds(ScopeSpans, scope=scopes, spans=st.lists(spans, max_size=3)), max_size=2
            ),
        ),
        max_size=2,
    ),
)
records = st.builds(
    LogRecord,
    time_unix_nano=u64,
    observed_time_unix_nano=u64,
    severity_number=st.integers(0, 24),
    severity_text=texts,
    body=values,
    attributes=attributes,
    dropped_attributes_count=u32,
    flags=u32,
    trace_id=st.just(b"") | trace_ids,
    span_id=st.just(b"") | span_ids,
    event_name=texts,
)
logs = st.builds(
    ExportLogsServiceRequest,
    resource_logs=st.lists(
        st.builds(
            ResourceLogs,
            resource=resources,
            scope_logs=st.lists(
                st.builds(ScopeLogs, scope=scopes, log_records=st.lists(records, max_size=3)), max_size=2
            ),
        ),
        max_size=2,
    ),
)

point = {"attributes": attributes, "start_time_unix_nano": u64, "time_unix_nano": u64, "flags": u32}
numbers = st.one_of(
    st.builds(m.NumberDataPoint, **point),
    st.builds(m.NumberDataPoint, as_int=i64, **point),
    st.builds(m.NumberDataPoint, as_double=doubles, **point),
)
maybe = st.none() | doubles
histograms = st.builds(
    m.HistogramDataPoint,
    count=u64,
    sum=maybe,
    min=maybe,
    max=maybe,
    bucket_counts=st.lists(u64, max_size=3),
    explicit_bounds=st.lists(doubles, max_size=3),
    **point,
)
buckets = st.builds(
    m.ExponentialHistogramDataPoint.Buckets, offset=i32, bucket_counts=st.lists(u64, max_size=3)
)
exponentials = st.builds(
    m.ExponentialHistogramDataPoint,
    count=u64,
    sum=maybe,
    min=maybe,
    max=maybe,
    scale=i32,
    zero_count=u64,
    zero_threshold=doubles,
    positive=buckets,
    negative=buckets,
    **point,
)
quantiles = st.builds(m.SummaryDataPoint.ValueAtQuantile, quantile=doubles, value=doubles)
summaries = st.builds(
    m.SummaryDataPoint, count=u64, sum=doubles, quantile_values=st.lists(quantiles, max_size=3), **point
)
temporality = {"aggregation_temporality": st.integers(0, 2)}


def points(of: Any) -> Any:
    return st.lists(of, max_size=3)


metric = {"name": texts, "description": texts, "unit": texts}
metrics = st.one_of(
    st.builds(m.Metric, gauge=st.builds(m.Gauge, data_points=points(numbers)), **metric),
    st.builds(
        m.Metric,
        sum=st.builds(m.Sum, data_points=points(numbers), is_monotonic=st.booleans(), **temporality),
        **metric,
    ),
    st.builds(
        m.Metric, histogram=st.builds(m.Histogram, data_points=points(histograms), **temporality), **metric
    ),
    st.builds(
        m.Metric,
        exponential_histogram=st.builds(
            m.ExponentialHistogram, data_points=points(exponentials), **temporality
        ),
        **metric,
    ),
    st.builds(m.Metric, summary=st.builds(m.Summary, data_points=points(summaries)), **metric),
)
measurements = st.builds(
    ExportMetricsServiceRequest,
    resource_metrics=st.lists(
        st.builds(
            m.ResourceMetrics,
            resource=resources,
            scope_metrics=st.lists(
                st.builds(m.ScopeMetrics, scope=scopes, metrics=st.lists(metrics, max_size=3)), max_size=2
            ),
        ),
        max_size=2,
    ),
)
