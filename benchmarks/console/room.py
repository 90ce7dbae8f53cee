"""What a busy room says: log records, developer logs, metric points and spans, each with its own number."""

from __future__ import annotations

from dataclasses import dataclass

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

ROOM, SESSION = "lobby", "s1"
TICK_S = 0.05
LOGS, DEVELOPER_LOGS, POINTS, SPANS = 20, 13, 10, 7
EVENTS_PER_TICK = LOGS + DEVELOPER_LOGS + POINTS + SPANS
SPAN_NS = 40_000_000
TEXT = "the forecast for tomorrow is sunny with a light breeze from the north-west and 21 degrees at noon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request of OTLP/HTTP; `marks` are the numbers of its events."""

    path: str
    body: bytes
    marks: range


def tick(number: int, *, at_ns: int) -> list[Request]:
    """What the room says in its tick `number`, told at `at_ns`: one request a signal."""
    first = number * EVENTS_PER_TICK
    logs = range(first, first + LOGS + DEVELOPER_LOGS)
    points = range(logs.stop, logs.stop + POINTS)
    spans = range(points.stop, points.stop + SPANS)
    return [
        Request(path="/v1/logs", body=_logs(logs, at_ns), marks=logs),
        Request(path="/v1/metrics", body=_points(points, at_ns), marks=points),
        Request(path="/v1/traces", body=_spans(spans, at_ns), marks=spans),
    ]


def mark_of(item: dict[str, object]) -> int | None:
    """The number in an item of the stream; None when it is none of this corpus.

    >>> mark_of({"type": "metric", "data": {"value": 7.0}})
    7
    """
    data = item["data"]
    assert isinstance(data, dict)
    match item["type"]:
        case "log":
            return int(str(data["body"]).split(" ", 1)[0])
        case "developer_log":
            return int(data["data"]["n"])
        case "metric":
            return int(data["value"])
        case "span":
            return int(str(data["name"]).rsplit(" ", 1)[1])
    return None


def _resource(resource: Resource, service: str) -> None:
    for key, value in (("room", ROOM), ("session", SESSION), ("service.name", service)):
        resource.attributes.add(key=key).value.string_value = value


def _logs(marks: range, at_ns: int) -> bytes:
    request = ExportLogsServiceRequest()
    holder = request.resource_logs.add()
    _resource(holder.resource, "forecaster")
    records = holder.scope_logs.add().log_records
    for mark in marks:
        record = records.add(time_unix_nano=at_ns + mark, severity_number=9, severity_text="INFO")
        record.attributes.add(key="code.function.name").value.string_value = "forecast"
        if mark - marks.start < LOGS:
            record.body.string_value = f"{mark} {TEXT}"
        else:
            record.event_name, record.severity_text = "fanlight.developer_log", "info"
            members = record.body.kvlist_value.values
            members.add(key="message").value.string_value = TEXT
            members.add(key="n").value.int_value = mark
    return bytes(request.SerializeToString())


def _points(marks: range, at_ns: int) -> bytes:
    request = ExportMetricsServiceRequest()
    holder = request.resource_metrics.add()
    _resource(holder.resource, "forecaster")
    metric = holder.scope_metrics.add().metrics.add(name="queue.length", unit="{request}")
    for mark in marks:
        point = metric.gauge.data_points.add(time_unix_nano=at_ns + mark, as_double=float(mark))
        point.attributes.add(key="queue").value.string_value = f"q{mark % POINTS}"
    return bytes(request.SerializeToString())


def _spans(marks: range, at_ns: int) -> bytes:
    request = ExportTraceServiceRequest()
    holder = request.resource_spans.add()
    _resource(holder.resource, "forecaster")
    spans = holder.scope_spans.add().spans
    for mark in marks:
        is_root = mark == marks.start
        span = spans.add(
            trace_id=(1 << 120 | marks.start).to_bytes(16, "big"),
            span_id=(1 << 60 | mark).to_bytes(8, "big"),
            parent_span_id=b"" if is_root else (1 << 60 | marks.start).to_bytes(8, "big"),
            name=f"forecast {mark}",
            start_time_unix_nano=at_ns - SPAN_NS,
            end_time_unix_nano=at_ns,
        )
        span.attributes.add(key="gen_ai.operation.name").value.string_value = (
            "invoke_agent" if is_root else "execute_tool"
        )
        span.attributes.add(key="gen_ai.tool.name").value.string_value = "forecast"
    return bytes(request.SerializeToString())
