"""The content of one span: what its attributes, its events and the log records about it say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fanlight.model.content import Content
from fanlight.model.project import ProjectScope
from fanlight.model.span import Attribute, Span
from fanlight.otlp.values import decode_attributes, decode_value
from fanlight.semconv.content.gen_ai_events import EVENT_NAMES
from fanlight.semconv.content.reading import read_content
from fanlight.semconv.content.sent import Sent, SentEvent
from fanlight.store.contract import Store

MOST_LOGS = 500
"""So many log records about one span are read, the first of them."""

LONGEST_LOGS_BYTES = 16 * 1024 * 1024
"""So many bytes of them all together."""

SILENT_KINDS = frozenset({"io", "internal", "room"})
"""Nobody speaks in spans of these kinds, so no log records are looked for."""

_BEFORE_NS = 5 * 60 * 1_000_000_000
_AFTER_NS = 60 * 60 * 1_000_000_000


def content_of(store: Store, scope: ProjectScope, span: Span, place: Mapping[str, int]) -> Content:
    """What went into `span` and what came out; `place` says from when to when its trace's spans begin.

    Log records are asked for only when the span itself does not say both; they bear the trace's and the
    span's id, and are looked for from 5 minutes before the trace to an hour after the span.
    """
    content = read_content(sent_of(span))
    if span.kind in SILENT_KINDS or content.tool_call or (content.input and content.output):
        return content
    records = _records(store, scope, span, place)
    if not records:
        return content
    events = [_event(*record[:-1]) for record in records[:MOST_LOGS] if record[-1]]
    return read_content(sent_of(span, events, cut=len(events) < len(records)))


def sent_of(span: Span, logs: Sequence[SentEvent] = (), *, cut: bool = False) -> Sent:
    """`span` as the readers of content take it; `cut` when there are more `logs` than these."""
    return Sent.of(
        span.kind,
        tool=span.tool,
        attributes=_pairs(span.attributes),
        events=[SentEvent(event.name, dict(_pairs(event.attributes))) for event in span.events],
        logs=logs,
        cut=cut,
    )


def _pairs(attributes: Iterable[Attribute]) -> Iterable[tuple[str, Any]]:
    return ((each.key, each.value) for each in attributes)


def _records(
    store: Store, scope: ProjectScope, span: Span, place: Mapping[str, int]
) -> Sequence[Sequence[Any]]:
    parameters = {
        "trace_id": span.trace_id,
        "span_id": span.span_id,
        "since_ns": max(place["since_ns"] - _BEFORE_NS, 0),
        "until_ns": min(place["until_ns"] + (span.duration_ns or 0) + _AFTER_NS, 2**63 - 1),
        "names": list(EVENT_NAMES),
        "longest": LONGEST_LOGS_BYTES,
        "limit": MOST_LOGS + 1,
    }
    return store.read(scope, "span_logs", parameters)


def _event(name: str, body: str, body_type: int, keys: Any, values: Any, types: Any) -> SentEvent:
    said = decode_value(body, body_type)
    fields = dict(_pairs(decode_attributes(keys, values, types)))
    # Older instrumentations put the message into the body, newer ones into attributes.
    return SentEvent(name, {**fields, **said} if isinstance(said, dict) else {"content": said, **fields})
