"""Log records of a room as its participants are told of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from fanlight.live.batch import Batch, Gap
from fanlight.model.developer_log import DeveloperLog
from fanlight.model.log import Log
from fanlight.model.severity import severity_number
from fanlight.model.span import Attribute
from fanlight.query.meshagent.text import harmless_value
from fanlight.query.times import nanoseconds
from fanlight.rooms.messages import Body
from fanlight.rooms.toolkits import FollowLogs, log_chunk

TYPES = frozenset({"log", "developer_log"})
"""Items of the stream that are log records."""

OTEL_LOG, GAP = "otel.log", "fanlight.gap"
"""Types of what is followed, besides those that developers give their logs."""


class _Item(msgspec.Struct, frozen=True):
    type: str
    data: msgspec.Raw


_items = msgspec.json.Decoder(list[_Item]).decode
_log = msgspec.json.Decoder(Log).decode
_developer_log = msgspec.json.Decoder(DeveloperLog).decode


def chunks_of(asked: FollowLogs, found: Batch | Gap, *, mirrored: bool) -> Iterator[Body]:
    """What a follower is told of a batch of a room's events: its log records, or of a gap.

    A developer log comes under its own type and, when `mirrored`, as `otel.log` too, which is all that
    MeshAgent's command prints in its plain form. That command takes texts for markup, so what would be some
    is made harmless; a native follower has neither need.
    """
    shown = _as_it_is if asked.native else harmless_value
    if isinstance(found, Gap):
        yield log_chunk(asked.call_id, GAP, {"reason": found.reason, "missed": found.missed})
        return
    for item in _items(found.json()):
        if item.type == "log":
            yield log_chunk(asked.call_id, OTEL_LOG, shown(log_as_otlp(_log(item.data))))
        elif item.type == "developer_log":
            log = _developer_log(item.data)
            data = log.data if isinstance(log.data, dict) else {"message": log.data}
            yield log_chunk(asked.call_id, shown(log.type), shown(data), _about(log))
            if mirrored and not asked.native:
                yield log_chunk(asked.call_id, OTEL_LOG, shown(developer_log_as_otlp(log)))


def _as_it_is(value: Any) -> Any:
    return value


def _about(log: DeveloperLog) -> dict[str, str]:
    about = {"time": log.time, "participant": log.service, "trace_id": log.trace_id, "span_id": log.span_id}
    return {key: text for key, text in about.items() if text}


def log_as_otlp(log: Log) -> dict[str, Any]:
    """A log record as OTLP/JSON."""
    record = _record(log, log.severity_text, log.severity_number, log.body)
    record["attributes"] = key_values(log.attributes)
    if log.event_name:
        record["eventName"] = log.event_name
    return _alone(record, log.scope_name or "", key_values(log.resource_attributes))


def developer_log_as_otlp(log: DeveloperLog) -> dict[str, Any]:
    """A developer log as OTLP/JSON; its body is the line that a person reads.

    Example:
        >>> at = "1970-01-01T00:00:00.000000007Z"
        >>> hello = DeveloperLog(id="x", time=at, type="info", level="info", data={"message": "hello"})
        >>> developer_log_as_otlp(hello)["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
        [{'timeUnixNano': '7', 'severityNumber': 9, 'severityText': 'info', 'body': {'stringValue': 'hello'}}]
    """
    resource = {"service.name": log.service, "room": log.room, "session": log.session}
    named = [Attribute(key=key, type="string", value=text) for key, text in resource.items() if text]
    record = _record(log, log.type, severity_number(log.type), line_of(log.data))
    return _alone(record, "fanlight.developer", key_values(named))


def _record(log: Log | DeveloperLog, severity_text: str, severity: int, body: Any) -> dict[str, Any]:
    ids = {"traceId": log.trace_id, "spanId": log.span_id}
    return {
        "timeUnixNano": str(nanoseconds(log.time)),
        "severityNumber": severity,
        "severityText": severity_text,
        "body": any_value(body),
        **{key: text for key, text in ids.items() if text},
    }


def _alone(record: Mapping[str, Any], scope: str, resource: list[dict[str, Any]]) -> dict[str, Any]:
    of_scope = {"scope": {"name": scope}, "logRecords": [record]}
    return {"resourceLogs": [{"resource": {"attributes": resource}, "scopeLogs": [of_scope]}]}


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
