"""Stored rows as what was sent: lines of OTLP/JSON, which `fanlight import` and any collector take."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import msgspec
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.common.v1.common_pb2 import ArrayValue, KeyValueList

from fanlight.otlp.folded import name_sent, restored

MOST_A_LINE = 100
"""Items in one line, of one resource and scope."""

RESOURCE, SCOPE = slice(0, 3), slice(3, 8)
_NO_ID = "0" * 16

Json = dict[str, Any]
Long = Mapping[tuple[str, str], Sequence[tuple[int, str]]]
"""By trace and span: place of an attribute from 1, and its whole value as base64."""

_encode = msgspec.json.Encoder().encode


def span_lines(rows: Iterable[Sequence[Any]], long_values: Long) -> bytes:
    """Lines of ExportTraceServiceRequest of the rows of `export_otlp_spans.sql`."""
    return _lines(rows, lambda row: _span(row, long_values), "resourceSpans", "scopeSpans", "spans")


def log_lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """Lines of ExportLogsServiceRequest of the rows of `export_otlp_logs.sql`."""
    return _lines(rows, _log, "resourceLogs", "scopeLogs", "logRecords")


def _lines(rows: Iterable[Sequence[Any]], item: Any, resources: str, scopes: str, items: str) -> bytes:
    lines = []
    for place, found in groupby(rows, key=lambda row: (tuple(row[RESOURCE]), tuple(row[SCOPE]))):
        of_one = [item(row[SCOPE.stop :]) for row in found]
        resource, (name, version, *scope) = place
        head = {"name": name, "version": version, "attributes": attributes(*scope)}
        for at in range(0, len(of_one), MOST_A_LINE):
            inner = {"scope": head, items: of_one[at : at + MOST_A_LINE]}
            lines.append(
                _encode({resources: [{"resource": {"attributes": attributes(*resource)}, scopes: [inner]}]})
            )
    return b"".join(line + b"\n" for line in lines)


def _span(row: Sequence[Any], long_values: Long) -> Json:
    (
        trace_id, span_id, parent, state, flags, name, kind, start_ns, end_ns, code, message,
        keys, values, types, lost, event_times, event_names, event_keys, event_values, event_types,
        event_lost, lost_events, link_traces, link_spans, link_states, link_keys, link_values, link_types,
        link_flags, link_lost, lost_links,
    ) = row  # fmt: skip
    whole = list(values)
    for place, value in long_values.get((trace_id, span_id), ()):
        is_raw = types[place - 1] > 4
        whole[place - 1] = value if is_raw else base64.b64decode(value).decode(errors="replace")
    events = zip(event_times, event_names, event_keys, event_values, event_types, event_lost, strict=True)
    links = zip(
        link_traces, link_spans, link_states, link_keys, link_values, link_types, link_flags, link_lost,
        strict=True,
    )  # fmt: skip
    return _given(
        traceId=trace_id,
        spanId=span_id,
        parentSpanId=parent,
        traceState=state,
        flags=flags,
        name=name_sent(name, keys, values),
        kind=kind,
        startTimeUnixNano=str(start_ns),
        endTimeUnixNano=str(end_ns),
        attributes=attributes(keys, whole, types),
        droppedAttributesCount=lost,
        events=[
            _given(
                timeUnixNano=str(at), name=name_sent(named, k, v), attributes=attributes(k, v, t),
                droppedAttributesCount=gone,
            )
            for at, named, k, v, t, gone in events
        ],
        droppedEventsCount=lost_events,
        links=[
            _given(
                traceId=trace, spanId=span, traceState=of, attributes=attributes(k, v, t), flags=bits,
                droppedAttributesCount=gone,
            )
            for trace, span, of, k, v, t, bits, gone in links
        ],
        droppedLinksCount=lost_links,
        status=_given(code=code, message=message),
    )  # fmt: skip


def _log(row: Sequence[Any]) -> Json:
    (
        time_ns, observed_ns, severity, severity_text, body, body_type, event_name, trace_id, span_id, flags,
        keys, values, types, lost,
    ) = row  # fmt: skip
    return _given(
        timeUnixNano=str(time_ns) if time_ns else "",
        observedTimeUnixNano=str(observed_ns) if observed_ns else "",
        severityNumber=severity,
        severityText=severity_text,
        body=any_value(body, body_type),
        eventName=name_sent(event_name, keys, values),
        traceId=trace_id if trace_id.strip("0") else "",
        spanId=span_id if span_id != _NO_ID else "",
        flags=flags,
        attributes=attributes(keys, values, types),
        droppedAttributesCount=lost,
    )


def _given(**fields: Any) -> Json:
    """Without what is empty: OTLP/JSON leaves it out."""
    return {name: value for name, value in fields.items() if value or value == "0"}


def attributes(keys: Sequence[str], values: Sequence[str], types: Sequence[int]) -> list[Json]:
    """OTLP/JSON of stored attributes; one that came twice stands twice.

    Example:
        >>> attributes(["n", "ok"], ["7", "true"], [3, 2])
        [{'key': 'n', 'value': {'intValue': '7'}}, {'key': 'ok', 'value': {'boolValue': True}}]
    """
    return [
        {"key": key, "value": any_value(value, type_)} for key, value, type_ in restored(keys, values, types)
    ]


def any_value(value: str, type_: int) -> Json:
    """OTLP/JSON of one stored value (see `otlp/values.py`).

    Example:
        >>> any_value("inf", 4), any_value("", 1), any_value("", 0)
        ({'doubleValue': 'Infinity'}, {'stringValue': ''}, {})
    """
    match type_:
        case 1:
            return {"stringValue": value}
        case 2:
            return {"boolValue": value == "true"}
        case 3:
            return {"intValue": value}
        case 4:
            return {"doubleValue": _double(float(value))}
        case 5:
            return _message(value, ArrayValue, "arrayValue")
        case 6:
            return _message(value, KeyValueList, "kvlistValue")
        case 7:
            return {"bytesValue": value}
    return {}


def _double(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _message(value: str, kind: Any, arm: str) -> Json:
    try:
        return {arm: MessageToDict(kind.FromString(base64.b64decode(value)))}
    except DecodeError:
        return {"bytesValue": value}  # not a message after all: nothing of it is lost
