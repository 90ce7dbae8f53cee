"""Usage events as an OTLP request: the way in of those that come by the API."""

from __future__ import annotations

from collections.abc import Iterable

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from fanlight.model.usage_event import UsageEvent


def usage_request(events: Iterable[tuple[UsageEvent, str]], now_ns: int) -> bytes:
    """A request of traces with a span an event, each below the span whose id (hex, '' = none) is beside it.

    Example:
        >>> from fanlight.model.usage_event import read_usage_event
        >>> event = read_usage_event({"id": "1", "model": "gpt-4o", "tokens_input": 10})
        >>> made = usage_request([(event, "")], 7)
        >>> [holder] = ExportTraceServiceRequest.FromString(made).resource_spans
        >>> span = holder.scope_spans[0].spans[0]
        >>> span.name, span.end_time_unix_nano, span.span_id.hex() == event.span_id
        ('chat gpt-4o', 7, True)
    """
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    scope.scope.name = "fanlight.api"
    for event, parent in events:
        at_ns = event.occurred_ns or now_ns
        span = scope.spans.add(
            trace_id=bytes.fromhex(event.trace_id),
            span_id=bytes.fromhex(event.span_id),
            parent_span_id=bytes.fromhex(parent),
            name=event.name,
            kind=Span.SpanKind.SPAN_KIND_CLIENT,
            start_time_unix_nano=at_ns,
            end_time_unix_nano=at_ns,
        )
        for key, value in event.attributes.items():
            arm = "string_value"
            if isinstance(value, int):
                arm = "bool_value" if isinstance(value, bool) else "int_value"
            setattr(span.attributes.add(key=key).value, arm, value)
    return bytes(request.SerializeToString())
