"""Requests of all three signals and the segments that hold them, as the log writes them."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from fanlight.model.batch import Batch
from fanlight.model.signal import Signal
from fanlight.otlp import framing
from fanlight.store.contract import Segment
from tests.fixtures.values import any_value, pairs

NOW_NS = 1_790_000_000_000_000_000
SECOND_NS = 1_000_000_000

SIGNALS: dict[type[Message], Signal] = {
    ExportTraceServiceRequest: Signal.TRACES,
    ExportLogsServiceRequest: Signal.LOGS,
    ExportMetricsServiceRequest: Signal.METRICS,
}


def span(
    name: str,
    *,
    trace: int = 1,
    number: int,
    parent: int = 0,
    at: int = 0,
    took: int = 10,
    error: str = "",
    **attributes: Any,
) -> Span:
    """A span `at` seconds after NOW_NS that `took` seconds; `took=0` has not ended.

    `__` in a key is a dot.
    """
    made = Span(
        trace_id=trace.to_bytes(16, "big"),
        span_id=number.to_bytes(8, "big"),
        parent_span_id=parent.to_bytes(8, "big") if parent else b"",
        name=name,
        kind=Span.SPAN_KIND_INTERNAL,
        start_time_unix_nano=NOW_NS + at * SECOND_NS,
        end_time_unix_nano=NOW_NS + (at + took) * SECOND_NS if took else 0,
        attributes=pairs({key.replace("__", "."): value for key, value in attributes.items()}),
    )
    if error:
        made.status.code, made.status.message = 2, error
    return made


def traces(*spans: Span, resource: dict[str, Any] | None = None) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    holder = request.resource_spans.add()
    holder.resource.attributes.extend(pairs({"service.name": "svc", **(resource or {})}))
    holder.scope_spans.add().spans.extend(spans)
    return request


def logs(
    *bodies: Any, at_ns: int = NOW_NS, resource: dict[str, Any] | None = None
) -> ExportLogsServiceRequest:
    request = ExportLogsServiceRequest()
    holder = request.resource_logs.add()
    holder.resource.attributes.extend(pairs({"service.name": "svc", **(resource or {})}))
    scope = holder.scope_logs.add()
    for body in bodies:
        scope.log_records.add(time_unix_nano=at_ns, severity_number=9).body.CopyFrom(any_value(body))
    return request


def gauge(name: str, *values: float, at_ns: int = NOW_NS) -> ExportMetricsServiceRequest:
    """One point a second."""
    request = ExportMetricsServiceRequest()
    holder = request.resource_metrics.add()
    holder.resource.attributes.extend(pairs({"service.name": "svc"}))
    metric = holder.scope_metrics.add().metrics.add(name=name)
    for number, value in enumerate(values):
        metric.gauge.data_points.add(time_unix_nano=at_ns + number * SECOND_NS, as_double=value)
    return request


def count(request: Any) -> int:
    """Items of a request."""
    match request:
        case ExportTraceServiceRequest():
            return sum(len(scope.spans) for each in request.resource_spans for scope in each.scope_spans)
        case ExportLogsServiceRequest():
            return sum(len(scope.log_records) for each in request.resource_logs for scope in each.scope_logs)
    scopes = [scope for each in request.resource_metrics for scope in each.scope_metrics]
    kinds = [getattr(metric, metric.WhichOneof("data")) for scope in scopes for metric in scope.metrics]
    return sum(len(kind.data_points) for kind in kinds)


class LogFiles:
    """Writes segments with ascending sequences, as the log does."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._seq = itertools.count(1)
        self.next_seq = 1

    def segment(
        self, *requests: Message, project: str = "", received_ns: int = NOW_NS + 60 * SECOND_NS
    ) -> Segment:
        """One new segment that holds `requests`, all of one signal."""
        signal, first, body = SIGNALS[type(requests[0])], self.next_seq, b""
        for request in requests:
            items = count(request)
            batch = Batch(
                signal=signal,
                project=project,
                received_ns=received_ns,
                items=items,
                plain=request.SerializeToString(),
            )
            body += framing.encode(batch, self.next_seq)
            self.next_seq += items
        return self.raw(signal, body, first=first, items=self.next_seq - first)

    def raw(self, signal: Signal, body: bytes, *, first: int, items: int) -> Segment:
        """A segment of any bytes."""
        path = self._directory / f"{next(self._seq):06}.{signal}.pb.zst"
        path.write_bytes(body)
        self.next_seq = max(self.next_seq, first + max(items, 1))
        return Segment(signal=signal, path=path, first_seq=first, items=items)
