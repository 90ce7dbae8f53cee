"""A run whose process died: its open spans as an OTLP request that says so.

Nothing is announced that did not pass through the log. So the newest snapshot of each open span is sent once
more, as it came, with `fanlight.state` = "lost"; a heartbeat or the span's end that comes later overrides it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList

from fanlight.model.project import ProjectScope
from fanlight.otlp.folded import name_sent, restored
from fanlight.query.steps import get_steps
from fanlight.store.contract import Store

STATE = "fanlight.state"
REASON = "fanlight.lost.reason"
_OURS = frozenset({STATE, REASON})


def lost_spans(store: Store, scope: ProjectScope, run_id: str, *, reason: str) -> tuple[int, bytes]:
    """How many spans of the run are open, and the request that says they are lost; 0 when none is left.

    Raises:
        NotFoundError: the project has no such run.
    """
    found = get_steps(store, scope, run_id)
    open_ids = [step.span_id for step in found.steps if step.state != "finished"]
    if not open_ids:
        return 0, b""
    trace_id = found.run.trace_id
    rows = store.read(scope, "open_spans", {"trace_id": trace_id, "spans": open_ids})
    request = ExportTraceServiceRequest()
    for row in rows:
        _add(request, bytes.fromhex(trace_id), row, reason)
    return len(rows), request.SerializeToString()


def _add(request: ExportTraceServiceRequest, trace_id: bytes, row: Sequence[Any], reason: str) -> None:
    (
        span_id, parent, name, kind, start_ns, status, message, trace_state, flags, scope_name,
        scope_version, scope, resource, attributes, events,
    ) = row  # fmt: skip
    holder = request.resource_spans.add()
    holder.resource.attributes.extend(_pairs(*resource))
    of_scope = holder.scope_spans.add()
    of_scope.scope.name, of_scope.scope.version = scope_name, scope_version
    of_scope.scope.attributes.extend(_pairs(*scope))
    span = of_scope.spans.add(
        trace_id=trace_id,
        span_id=bytes.fromhex(span_id),
        parent_span_id=bytes.fromhex(parent.strip("0") and parent),
        name=name_sent(name, *attributes[:2]),
        start_time_unix_nano=start_ns,
        trace_state=trace_state,
        flags=flags,
    )
    span.kind = kind
    span.status.code, span.status.message = status, message
    span.attributes.extend(pair for pair in _pairs(*attributes) if pair.key not in _OURS)
    span.attributes.extend(_pairs([STATE, REASON], ["lost", reason], [1, 1]))
    for time_ns, event, keys, values, types in zip(*events, strict=True):
        span.events.add(time_unix_nano=time_ns, name=name_sent(event, keys, values)).attributes.extend(
            _pairs(keys, values, types)
        )


def _pairs(keys: Sequence[str], values: Sequence[str], types: Sequence[int]) -> list[KeyValue]:
    return [KeyValue(key=key, value=_value(value, arm)) for key, value, arm in restored(keys, values, types)]


def _value(text: str, arm: int) -> AnyValue:
    """The value that `fanlight.otlp.values` decodes from this text, as the message that it came in."""
    match arm:
        case 1:
            return AnyValue(string_value=text)
        case 2:
            return AnyValue(bool_value=text == "true")
        case 3:
            return AnyValue(int_value=int(text))
        case 4:
            return AnyValue(double_value=float(text))
        case 5 | 6 | 7:
            return _message(base64.b64decode(text), arm)
    return AnyValue()


def _message(content: bytes, arm: int) -> AnyValue:
    try:
        if arm == 5:
            return AnyValue(array_value=ArrayValue.FromString(content))
        if arm == 6:
            return AnyValue(kvlist_value=KeyValueList.FromString(content))
    except DecodeError:
        return AnyValue()
    return AnyValue(bytes_value=content)
