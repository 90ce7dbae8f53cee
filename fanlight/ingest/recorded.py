"""Spans of coding agents, made of the log records that they report by instead.

The records stay what they are; the spans go into the log beside them as a request of their own, so that
everything behind treats them as any others. A span follows from its record alone: the same record sent again,
in whatever request, gives the same span with the same ids, and the store keeps one (docs/adr/0006).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from fanlight.semconv.coding_agents.agent import PROMPT, Agent, Event
from fanlight.semconv.coding_agents.registry import AGENTS

_MARKS = tuple(agent.prefix.encode() for agent in AGENTS)
_LONGEST_MS = 7 * 86_400_000
_ERROR = Status.StatusCode.STATUS_CODE_ERROR
_KIND = Span.SpanKind.SPAN_KIND_INTERNAL
_NAME = "event.name"


def spans_in(logs: bytes) -> tuple[bytes, int]:
    """A request of traces with the spans that follow from `logs`, a request of logs; and how many there are.

    Example:
        >>> spans_in(b"")
        (b'', 0)
    """
    # Nearly no request has any: most are told apart without parsing them.
    if not any(mark in logs for mark in _MARKS):
        return b"", 0
    made = ExportTraceServiceRequest()
    items = 0
    for resource in ExportLogsServiceRequest.FromString(logs).resource_logs:
        for scope in resource.scope_logs:
            spans = list(_spans(scope.log_records))
            if spans:
                holder = made.resource_spans.add(resource=resource.resource, schema_url=resource.schema_url)
                holder.scope_spans.add(scope=scope.scope, spans=spans, schema_url=scope.schema_url)
                items += len(spans)
    return made.SerializeToString(), items


def _spans(records: Iterable[LogRecord]) -> Iterator[Span]:
    for record in records:
        attributes = {pair.key: pair.value for pair in record.attributes}
        for agent, event in _events(record, attributes):
            if span := _span(agent, event, record, attributes):
                yield span


def _events(record: LogRecord, attributes: Mapping[str, AnyValue]) -> Iterator[tuple[Agent, Event]]:
    """The table's entry for this record; none for most."""
    names = (record.event_name, _text(attributes.get(_NAME)), record.body.string_value)
    for agent in AGENTS:
        for name in names:
            event = (
                agent.events.get(name.removeprefix(agent.prefix)) if name.startswith(agent.prefix) else None
            )
            if event is not None:
                if _holds(event.only, attributes, every=True):
                    yield agent, event
                return


def _span(agent: Agent, event: Event, record: LogRecord, attributes: Mapping[str, AnyValue]) -> Span | None:
    session, prompt = _text(attributes.get(agent.session)), _text(attributes.get(agent.prompt))
    at_ns = record.time_unix_nano or record.observed_time_unix_nano or _moment(attributes)
    if not session or not at_ns:
        return None
    trace_id = _hash(16, agent.name, session, prompt)
    root_id = _hash(8, agent.name, session, prompt, "root")
    is_root = bool(prompt) and event.operation == PROMPT
    of = _text(attributes.get(event.of))
    span = Span(
        trace_id=trace_id,
        span_id=root_id if is_root else _own_id(agent, record, at_ns),
        parent_span_id=b"" if event.operation == PROMPT else root_id,
        name=f"{agent.name} {event.name}" if event.operation == PROMPT else f"{event.name} {of}".rstrip(),
        kind=_KIND,
        start_time_unix_nano=max(0, at_ns - _duration_ns(agent, attributes)),
        end_time_unix_nano=at_ns,
        attributes=[*record.attributes, *_further(agent, event, session, attributes)],
    )
    if _holds(event.failed, attributes, every=False):
        span.status.code = _ERROR
        span.status.message = _text(attributes.get(event.message))
        error_type = _first(attributes, event.error_type)
        if error_type and "error.type" not in attributes:
            span.attributes.add(key="error.type").value.string_value = error_type
    if event.operation == PROMPT and not prompt:
        # All prompts of such a conversation are in one trace, and each starts a run in it.
        span.attributes.add(key="fanlight.run.id").value.string_value = span.span_id.hex()
    return span


def _further(
    agent: Agent, event: Event, session: str, attributes: Mapping[str, AnyValue]
) -> Iterator[KeyValue]:
    written = {
        "coding_agent.operation": event.operation,
        "gen_ai.agent.name": agent.name,
        "gen_ai.conversation.id": session,
    }
    if event.operation != PROMPT:
        written["gen_ai.provider.name"] = agent.provider
    for key, text in written.items():
        yield KeyValue(key=key, value=AnyValue(string_value=text))
    given = {*attributes, *written}
    for source, target in {**agent.shared, **event.attributes}.items():
        if target not in given and _text(attributes.get(source)):
            given.add(target)
            yield KeyValue(key=target, value=attributes[source])


def _own_id(agent: Agent, record: LogRecord, at_ns: int) -> bytes:
    """Of what the record says, in whatever order it came; when it was observed is not of it."""
    said = sorted((pair.key, pair.value.SerializeToString(deterministic=True)) for pair in record.attributes)
    return _hash(8, agent.name, str(at_ns), record.event_name, record.body.string_value, repr(said))


def _hash(size: int, *parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode()).digest()[:size]


def _holds(wanted: Mapping[str, str | None], attributes: Mapping[str, AnyValue], *, every: bool) -> bool:
    found = (
        bool(text := _text(attributes.get(key))) and (value is None or text.lower() == value)
        for key, value in wanted.items()
    )
    return all(found) if every else any(found)


def _first(attributes: Mapping[str, AnyValue], keys: Iterable[str]) -> str:
    return next((text for key in keys if (text := _text(attributes.get(key)))), "")


def _text(value: AnyValue | None) -> str:
    """A value as text; lists and objects only say that they are there."""
    arm = value.WhichOneof("value") if value is not None else None
    if value is None or arm is None:
        return ""
    if arm == "bool_value":
        return str(value.bool_value).lower()
    if arm in ("string_value", "int_value", "double_value"):
        return str(getattr(value, arm))
    return arm


def _duration_ns(agent: Agent, attributes: Mapping[str, AnyValue]) -> int:
    try:
        duration_ms = float(_text(attributes.get(agent.duration_ms)) or 0)
    except ValueError:
        return 0
    return round(duration_ms * 1e6) if 0 < duration_ms <= _LONGEST_MS else 0


def _moment(attributes: Mapping[str, AnyValue]) -> int:
    try:
        return round(datetime.fromisoformat(_text(attributes.get("event.timestamp"))).timestamp() * 1e9)
    except ValueError:
        return 0
