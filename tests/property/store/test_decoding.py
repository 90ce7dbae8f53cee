"""The engine decodes OTLP as the official protobuf decoding does: every arm, every absence, every order."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.metrics.v1 import metrics_pb2 as m

from fanlight.model.signal import Signal

from .drawn import logs, measurements, traces

ARMS = (
    "string_value",
    "bool_value",
    "int_value",
    "double_value",
    "array_value",
    "kvlist_value",
    "bytes_value",
)


def arm(value: AnyValue) -> int:
    found = value.WhichOneof("value")
    return 0 if found is None else ARMS.index(found) + 1


def raw(value: AnyValue) -> bytes:
    """What the store keeps of a value whose text is its bytes; doubles are compared as numbers instead."""
    match value.WhichOneof("value"):
        case None:
            return b""
        case "string_value":
            return value.string_value.encode()
        case "bool_value":
            return b"true" if value.bool_value else b"false"
        case "int_value":
            return str(value.int_value).encode()
        case "bytes_value":
            return value.bytes_value
        case "array_value":
            return value.array_value.SerializeToString()
        case "kvlist_value":
            return value.kvlist_value.SerializeToString()
    return b""


def same(stored: str, value: AnyValue) -> bool:
    text = bytes.fromhex(stored)
    if value.WhichOneof("value") == "double_value":
        return alike(float(text), value.double_value)
    return text == raw(value)


def alike(one: Any, other: Any) -> bool:
    """Equal, with NaN equal to itself and the sign of zero told."""
    if isinstance(one, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return (math.isnan(one) and math.isnan(other)) or (one, math.copysign(1, one)) == (
            other,
            math.copysign(1, other),
        )
    return bool(one == other)


def check_pairs(stored: list[Any], types: list[int], sent: Any) -> None:
    assert [key for key, _ in stored] == [pair.key for pair in sent]
    assert types == [arm(pair.value) for pair in sent]
    assert all(same(text, pair.value) for (_, text), pair in zip(stored, sent, strict=True))


def check(row: dict[str, Any], sent: dict[str, Any]) -> None:
    assert {name: row[name] for name, value in sent.items() if not alike(row[name], value)} == {}


EXAMPLES = (12, pytest.param(300, marks=pytest.mark.slow))
"""In a merge, and in the campaign."""

Decode = Callable[..., list[dict[str, Any]]]


@pytest.mark.parametrize("examples", EXAMPLES)
def test_spans(decode: Decode, examples: int) -> None:
    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(requests=st.lists(traces, min_size=1, max_size=4))
    def holds(requests: list[Any]) -> None:
        sent = [
            (r, s, span)
            for q in requests
            for r in q.resource_spans
            for s in r.scope_spans
            for span in s.spans
        ]
        rows = decode(Signal.TRACES, *requests)
        assert len(rows) == len(sent)
        for row, (resource, scope, span) in zip(rows, sent, strict=True):
            check(
                row,
                {
                    "trace_id": span.trace_id,
                    "span_id": span.span_id,
                    "parent_span_id": span.parent_span_id or bytes(8),
                    "trace_state": span.trace_state,
                    "name": span.name,
                    "span_kind": span.kind,
                    "start_ns": span.start_time_unix_nano,
                    "end_ns": span.end_time_unix_nano,
                    "span_flags": span.flags,
                    "status_code": span.status.code,
                    "status_message": span.status.message,
                    "scope_name": scope.scope.name,
                    "scope_version": scope.scope.version,
                    "dropped_attributes_count": span.dropped_attributes_count,
                    "dropped_events_count": span.dropped_events_count,
                    "dropped_links_count": span.dropped_links_count,
                    "event_time_ns": [each.time_unix_nano for each in span.events],
                    "event_name": [each.name for each in span.events],
                    "event_dropped": [each.dropped_attributes_count for each in span.events],
                    "link_trace_id": [each.trace_id.hex().upper() for each in span.links],
                    "link_span_id": [each.span_id.hex().upper() for each in span.links],
                    "link_trace_state": [each.trace_state for each in span.links],
                    "link_flags": [each.flags for each in span.links],
                    "link_dropped": [each.dropped_attributes_count for each in span.links],
                },
            )
            check_pairs(row["attributes"], row["attribute_types"], span.attributes)
            check_pairs(row["resource"], row["resource_types"], resource.resource.attributes)
            check_pairs(row["scope"], row["scope_types"], scope.scope.attributes)
            for index, event in enumerate(span.events):
                check_pairs(row["event_attributes"][index], row["event_types"][index], event.attributes)
            for index, link in enumerate(span.links):
                check_pairs(row["link_attributes"][index], row["link_types"][index], link.attributes)

    holds()


@pytest.mark.parametrize("examples", EXAMPLES)
def test_log_records(decode: Decode, examples: int) -> None:
    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(requests=st.lists(logs, min_size=1, max_size=4))
    def holds(requests: list[Any]) -> None:
        sent = [
            (r, s, each)
            for q in requests
            for r in q.resource_logs
            for s in r.scope_logs
            for each in s.log_records
        ]
        rows = decode(Signal.LOGS, *requests)
        assert len(rows) == len(sent)
        for row, (resource, scope, record) in zip(rows, sent, strict=True):
            check(
                row,
                {
                    "time_ns": record.time_unix_nano,
                    "observed_ns": record.observed_time_unix_nano,
                    "severity_number": record.severity_number,
                    "severity_text": record.severity_text,
                    "trace_id": record.trace_id or bytes(16),
                    "span_id": record.span_id or bytes(8),
                    "log_flags": record.flags,
                    "event_name": record.event_name,
                    "body_type": arm(record.body),
                    "dropped_attributes_count": record.dropped_attributes_count,
                    "scope_name": scope.scope.name,
                    "scope_version": scope.scope.version,
                },
            )
            assert same(row["body"], record.body)
            check_pairs(row["attributes"], row["attribute_types"], record.attributes)
            check_pairs(row["resource"], row["resource_types"], resource.resource.attributes)
            check_pairs(row["scope"], row["scope_types"], scope.scope.attributes)

    holds()


def shape(metric: m.Metric, point: Any) -> dict[str, Any]:
    """A point as a row of the one table of metrics."""
    kind = metric.WhichOneof("data")
    shown = {
        "type": ["gauge", "sum", "histogram", "exponential_histogram", "summary"].index(kind) + 1,
        "count": getattr(point, "count", 0),
        "value_type": 0,
        "value_double": 0.0,
        "value_int": 0,
    }
    if kind in {"gauge", "sum"}:
        which = point.WhichOneof("value")
        shown |= {"value_type": {None: 0, "as_double": 1, "as_int": 2}[which]}
        shown |= {"value_double": point.as_double} if which == "as_double" else {"value_int": point.as_int}
    if kind in {"histogram", "exponential_histogram"}:
        shown |= {
            name: getattr(point, name) if point.HasField(name) else None for name in ("sum", "min", "max")
        }
    if kind == "histogram":
        shown |= {"bounds": list(point.explicit_bounds), "bucket_counts": list(point.bucket_counts)}
    if kind == "exponential_histogram":
        shown |= {name: getattr(point, name) for name in ("scale", "zero_count", "zero_threshold")}
        for side in ("positive", "negative"):
            shown[f"{side}_offset"] = getattr(point, side).offset
            shown[f"{side}_counts"] = list(getattr(point, side).bucket_counts)
    if kind == "summary":
        shown |= {
            "sum": point.sum,
            "quantiles": [each.quantile for each in point.quantile_values],
            "quantile_values": [each.value for each in point.quantile_values],
        }
    return shown


@pytest.mark.parametrize("examples", EXAMPLES)
def test_points_of_all_five_kinds(decode: Decode, examples: int) -> None:
    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(requests=st.lists(measurements, min_size=1, max_size=4))
    def holds(requests: list[Any]) -> None:
        sent = [
            (r, s, metric, point)
            for q in requests
            for r in q.resource_metrics
            for s in r.scope_metrics
            for metric in s.metrics
            for point in getattr(metric, metric.WhichOneof("data")).data_points
        ]
        rows = decode(Signal.METRICS, *requests)
        assert len(rows) == len(sent)
        for row, (resource, scope, metric, point) in zip(rows, sent, strict=True):
            data = getattr(metric, metric.WhichOneof("data"))
            check(
                row,
                {
                    "name": metric.name,
                    "unit": metric.unit,
                    "description": metric.description,
                    "start_ns": point.start_time_unix_nano,
                    "time_ns": point.time_unix_nano,
                    "point_flags": point.flags,
                    "temporality": getattr(data, "aggregation_temporality", 0),
                    "monotonic": int(getattr(data, "is_monotonic", False)),
                    "scope_name": scope.scope.name,
                    "scope_version": scope.scope.version,
                    **shape(metric, point),
                },
            )
            check_pairs(row["attributes"], row["attribute_types"], point.attributes)
            check_pairs(row["resource"], row["resource_types"], resource.resource.attributes)

    holds()


@pytest.mark.parametrize("signal", Signal)
def test_a_request_without_items_has_no_rows(decode: Decode, signal: Signal) -> None:
    empty = {
        Signal.TRACES: ExportTraceServiceRequest,
        Signal.LOGS: ExportLogsServiceRequest,
        Signal.METRICS: ExportMetricsServiceRequest,
    }[signal]()
    assert decode(signal, empty) == []
