"""Log records of a room as its participants are told of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from fanlight.live.batch import Batch, Gap
from fanlight.model.span import Attribute
from fanlight.query.times import nanoseconds
from fanlight.rooms.messages import Body
from fanlight.rooms.toolkits import log_chunk

DEVELOPER_LOG = "fanlight.developer_log"
ROOM_EVENT = "fanlight.room.event"
OTEL_LOG, GAP = "otel.log", "fanlight.gap"
"""Types of what is followed, besides those that developers give their logs."""


class LogRecord(msgspec.Struct, frozen=True):
    """A log record of the live stream, as far as it is told on."""

    time: str
    severity_number: int
    severity_text: str
    body: Any
    event_name: str | None = None
    trace_id: str | None = None
    span_id: str | None = None
    service: str | None = None
    scope_name: str | None = None
    attributes: list[Attribute] = []
    resource_attributes: list[Attribute] = []


class _Item(msgspec.Struct, frozen=True):
    type: str
    data: msgspec.Raw


_items = msgspec.json.Decoder(list[_Item]).decode
_record = msgspec.json.Decoder(LogRecord).decode


def chunks_of(
    call_id: str, found: Batch | Gap, *, mirrored: bool, log_types: frozenset[str]
) -> Iterator[Body]:
    """What a follower is told of a batch of a room's events: its log records, or of a gap.

    A developer log comes under its own type and, when `mirrored`, as `otel.log` too, which is all that
    MeshAgent's command prints in its plain form. `log_types` are the stream's types of log records.
    """
    if isinstance(found, Gap):
        told = {"reason": found.reason, "after": str(found.after), "next": str(found.upto)}
        yield log_chunk(call_id, GAP, told)
        return
    for item in _items(found.json()):
        if item.type in log_types:
            record = _record(item.data)
            if record.event_name == DEVELOPER_LOG:
                yield _developer_log(call_id, record)
            if record.event_name != ROOM_EVENT and (mirrored or record.event_name != DEVELOPER_LOG):
                yield log_chunk(call_id, OTEL_LOG, as_otlp(record))


def _developer_log(call_id: str, record: LogRecord) -> Body:
    data = record.body if isinstance(record.body, dict) else {"message": record.body}
    about = {
        "time": record.time,
        "participant": record.service,
        "trace_id": record.trace_id,
        "span_id": record.span_id,
    }
    return log_chunk(call_id, record.severity_text, data, {key: text for key, text in about.items() if text})


def as_otlp(record: LogRecord) -> dict[str, Any]:
    """A record as OTLP/JSON. A developer log's body is the line that a person reads.

    Example:
        >>> at = "1970-01-01T00:00:00.000000007Z"
        >>> hello = LogRecord(at, 9, "info", {"message": "hello"}, DEVELOPER_LOG)
        >>> as_otlp(hello)["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
        [{'timeUnixNano': '7', 'severityNumber': 9, 'severityText': 'info', 'body': {'stringValue': 'hello'},
          'attributes': [], 'eventName': 'fanlight.developer_log'}]
    """
    body = line_of(record.body) if record.event_name == DEVELOPER_LOG else record.body
    told: dict[str, Any] = {
        "timeUnixNano": str(nanoseconds(record.time)),
        "severityNumber": record.severity_number,
        "severityText": record.severity_text,
        "body": any_value(body),
        "attributes": key_values(record.attributes),
    }
    named = {"eventName": record.event_name, "traceId": record.trace_id, "spanId": record.span_id}
    told.update({key: text for key, text in named.items() if text})
    of_scope = {"scope": {"name": record.scope_name or ""}, "logRecords": [told]}
    resource = {"attributes": key_values(record.resource_attributes)}
    return {"resourceLogs": [{"resource": resource, "scopeLogs": [of_scope]}]}


def line_of(body: Any) -> str:
    """A developer log as one text: its message first, then the rest as JSON.

    Example:
        >>> line_of({"message": "slow", "extra": {"ms": 7}}), line_of({"a": [1]}), line_of("text")
        ('slow {"extra": {"ms": 7}}', '{"a": [1]}', 'text')
    """
    if isinstance(body, str):
        return body
    if isinstance(body, dict) and isinstance(body.get("message"), str):
        rest = {key: value for key, value in body.items() if key != "message"}
        return f"{body['message']} {line_of(rest)}" if rest else str(body["message"])
    return json.dumps(body, ensure_ascii=False)


def any_value(value: Any) -> dict[str, Any]:
    """A value of the API as OTLP/JSON's AnyValue.

    Example:
        >>> any_value({"n": 7, "on": True})
        {'kvlistValue': {'values': [{'key': 'n', 'value': {'intValue': '7'}},
                                    {'key': 'on', 'value': {'boolValue': True}}]}}
    """
    match value:
        case None:
            return {}
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case str():
            return {"stringValue": value}
        case list():
            return {"arrayValue": {"values": [any_value(each) for each in value]}}
        case _:
            pairs = [{"key": key, "value": any_value(each)} for key, each in value.items()]
            return {"kvlistValue": {"values": pairs}}


def key_values(attributes: Sequence[Attribute]) -> list[dict[str, Any]]:
    """Attributes as OTLP/JSON."""
    return [{"key": each.key, "value": any_value(each.value)} for each in attributes]
