"""Spans and log records as OTLP requests.

Like everything that the pipeline's thread runs, this imports what it needs when it is imported itself: a
process that forks while a thread imports leaves its child with a lock that nobody opens.
"""

from __future__ import annotations

import gzip
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan

from fanlight.sdk.faults import count
from fanlight.sdk.privacy import cleaned

if TYPE_CHECKING:
    from opentelemetry.sdk._logs import ReadableLogRecord
    from opentelemetry.sdk.resources import Resource

T = TypeVar("T")

TRACES, LOGS, METRICS = "traces", "logs", "metrics"
LOST = {"fanlight.state": "lost"}


@dataclass(frozen=True, slots=True)
class Payload:
    """One request: `body` is gzipped OTLP protobuf with `items` spans, records or points in it."""

    signal: str
    items: int
    body: bytes


def spans_payload(spans: Sequence[ReadableSpan]) -> tuple[Payload | None, int]:
    """A request with these spans; how many could not be written."""
    return _payload(TRACES, spans, encode_spans)


def logs_payload(records: Sequence[ReadableLogRecord]) -> tuple[Payload | None, int]:
    """A request with these log records; how many could not be written."""
    return _payload(LOGS, records, encode_logs)


def packed(signal: str, items: int, request: Any) -> Payload:
    """An OTLP request message as a payload, without secrets."""
    # Most of the gain comes with the first level, and it costs a third.
    return Payload(signal, items, gzip.compress(cleaned(request), 1, mtime=0))


def _payload(
    signal: str, items: Sequence[T], encode: Callable[[Sequence[T]], Any]
) -> tuple[Payload | None, int]:
    _ours.is_encoding = True
    try:
        return packed(signal, len(items), encode(items)), 0
    except Exception:
        # One that cannot be written costs only itself.
        good = [item for item in items if _is_encodable(item, encode)]
        return (packed(signal, len(good), encode(good)) if good else None), len(items) - len(good)
    finally:
        _ours.is_encoding = False


def _is_encodable(item: T, encode: Callable[[Sequence[T]], Any]) -> bool:
    try:
        encode([item])
    except Exception:
        return False
    return True


def snapshot(span: ReadableSpan, resource: Resource, *, lost: bool = False) -> ReadableSpan:
    """An open span as it is now: no end time. Its lists may be written to meanwhile by the agent."""
    return ReadableSpan(
        name=span.name,
        context=span.get_span_context(),
        parent=span.parent,
        resource=resource,
        attributes={**attributes_of(span), **(LOST if lost else {})},
        events=tuple(span.events),
        links=tuple(span.links),
        kind=span.kind,
        status=span.status,
        start_time=span.start_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def tagged(span: ReadableSpan, resource: Resource) -> ReadableSpan:
    """An ended span with another resource."""
    return ReadableSpan(
        name=span.name,
        context=span.get_span_context(),
        parent=span.parent,
        resource=resource,
        attributes=span.attributes,
        events=span.events,
        links=span.links,
        kind=span.kind,
        status=span.status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


class _Counted(logging.Filter):
    """OpenTelemetry logs a traceback for each value that it cannot write: where we ask, the count is enough.

    What an exporter of the host's own has to say passes.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if not getattr(_ours, "is_encoding", False):
            return True
        count("attribute that OTLP cannot hold")
        return False


_ours = threading.local()
logging.getLogger("opentelemetry.exporter.otlp.proto.common._internal").addFilter(_Counted())


def attributes_of(span: ReadableSpan) -> dict[str, Any]:
    """The span's attributes at one moment, also while the agent writes to them."""
    found = span.attributes
    # A plain copy is one step of the interpreter; going through the items is not.
    return found.copy() if found else {}  # type: ignore[attr-defined]
