"""Developer logs: what somebody who builds an agent wants to see while it works, each of a type of its own.

They come by the developer toolkit of a room, by HTTP and by `fanlight.log`, and are log records of one event
name. What a log holds is checked here, by the same rules for each way in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgspec

from fanlight.errors import InvalidError
from fanlight.model.instant import read_instant
from fanlight.model.room import check_name

EVENT = "fanlight.developer_log"
"""The event name of the log records that they are stored as."""

MAX_TYPE_CHARACTERS = 128
MAX_NAME_CHARACTERS = 256
MAX_DATA_BYTES = 1024 * 1024
"""Of `data`, counted as characters of text and 8 bytes for any other value."""

MAX_DATA_VALUES = 10_000
MAX_DATA_DEPTH = 24
"""An object in an object ... so deep; OTLP wraps each level three times, and its parser takes 100."""

FIELDS = frozenset(
    {"type", "data", "room", "session", "service", "time", "trace_id", "span_id", "traceparent"}
)
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")
_TRACE_ID, _SPAN_ID = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{16}")


class DeveloperLog(msgspec.Struct, frozen=True, kw_only=True):
    """A developer log as it is shown. `id` is that of its log record; `data` is an object or text.

    `level` is the level that `type` stands for, info for a type of its own. `service` is who wrote it: the
    participant of the room, or the service of the telemetry.
    """

    id: str
    time: str
    type: str
    level: str | None
    data: Any
    truncated: bool = False
    room: str | None = None
    session: str | None = None
    service: str | None = None
    trace_id: str | None = None
    span_id: str | None = None
    run: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeveloperLog:
    """A developer log on its way in. `at_ns` 0: now. Texts that are not known are empty.

    `trace_id` and `span_id` (lower-case hex) are the span in which it was written; `service` who wrote it.
    """

    type: str
    data: Mapping[str, Any] | str
    room: str = ""
    session: str = ""
    service: str = ""
    at_ns: int = 0
    trace_id: str = ""
    span_id: str = ""


def read_developer_log(given: Mapping[str, Any]) -> NewDeveloperLog:
    """The developer log that `given` describes: `type` and `data`, and what else of FIELDS there is.

    The span is named by `traceparent` (W3C) or by `trace_id` and `span_id`; `time` is RFC 3339.

    Raises:
        InvalidError: something is missing, wrong, unknown or too much.

    Example:
        >>> read_developer_log({"type": "info", "data": {"message": "hello"}, "room": "lobby"}).data
        {'message': 'hello'}
        >>> read_developer_log({"type": "info"})
        Traceback (most recent call last):
        fanlight.errors.InvalidError: there is no data; send an object or text
    """
    if unknown := sorted(name for name in given if name not in FIELDS):
        hint = f"one of {', '.join(sorted(FIELDS))}"
        raise InvalidError(f"{unknown[0][:40]!r} is no field of a developer log", hint=hint)
    trace_id, span_id = _place(given)
    return NewDeveloperLog(
        type=_type(given.get("type")),
        data=check_data(given.get("data")),
        room=check_name(room) if (room := _name("room", given)) else "",
        session=_name("session", given),
        service=_name("service", given),
        at_ns=_moment(given.get("time")),
        trace_id=trace_id,
        span_id=span_id,
    )


def check_data(data: object) -> Mapping[str, Any] | str:
    """`data` if a developer log can hold it.

    Raises:
        InvalidError: it is neither an object nor text, or too deep or too much.

    Example:
        >>> check_data({"n": [1, {"deep": None}]})
        {'n': [1, {'deep': None}]}
    """
    if data is None:
        raise InvalidError("there is no data", hint="send an object or text")
    if not isinstance(data, str | dict):
        raise InvalidError("data is neither an object nor text", hint='for example {"message": "hello"}')
    size_bytes, values, level = 0, 0, [data]
    for _ in range(MAX_DATA_DEPTH + 1):
        values += len(level)
        size_bytes += sum(map(_weigh, level))
        if values > MAX_DATA_VALUES or size_bytes > MAX_DATA_BYTES:
            hint = f"at most {MAX_DATA_VALUES} values and {MAX_DATA_BYTES} bytes: split it"
            raise InvalidError("data is too much for one developer log", hint=hint)
        level = list(chain.from_iterable(map(_members, level)))
        if not level:
            return data
    raise InvalidError("data is nested too deep", hint=f"at most {MAX_DATA_DEPTH} levels")


def read_traceparent(header: str) -> tuple[str, str] | None:
    """Trace and span of a W3C `traceparent`; None when it names none.

    Example:
        >>> read_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        ('4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7')
        >>> read_traceparent("00-00000000000000000000000000000000-00f067aa0ba902b7-01") is None
        True
    """
    found = _TRACEPARENT.fullmatch(header.strip())
    if found is None or not found[1].strip("0") or not found[2].strip("0"):
        return None
    return found[1], found[2]


def _weigh(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode("utf-8", "replace"))
    return 8 + sum(map(_weigh, value)) if isinstance(value, dict) else 8


def _members(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _type(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TYPE_CHARACTERS:
        hint = "info, warning, error, or a word of your own"
        raise InvalidError(f"type is text of 1 to {MAX_TYPE_CHARACTERS} characters", hint=hint)
    return value


def _name(field: str, given: Mapping[str, Any]) -> str:
    value = given.get(field)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > MAX_NAME_CHARACTERS:
        raise InvalidError(f"{field} is text of at most {MAX_NAME_CHARACTERS} characters")
    return value


def _moment(value: object) -> int:
    if value is None:
        return 0
    at_ns = read_instant(value) if isinstance(value, str) else None
    if at_ns is None or not 0 < at_ns < 2**63:
        raise InvalidError(f"{str(value)[:40]!r} is no time", hint="RFC 3339, as 2026-01-31T10:00:00Z")
    return at_ns


def _place(given: Mapping[str, Any]) -> tuple[str, str]:
    if (header := given.get("traceparent")) is not None:
        found = read_traceparent(header) if isinstance(header, str) else None
        if found is None:
            hint = "W3C Trace Context: 00-<32 hex>-<16 hex>-<2 hex>"
            raise InvalidError(f"{str(header)[:64]!r} is no traceparent", hint=hint)
        return found
    trace_id, span_id = _id("trace_id", given, _TRACE_ID), _id("span_id", given, _SPAN_ID)
    if span_id and not trace_id:
        raise InvalidError("there is a span_id and no trace_id", hint="a span is found by both")
    return trace_id, span_id


def _id(field: str, given: Mapping[str, Any], form: re.Pattern[str]) -> str:
    value = given.get(field)
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or not form.fullmatch(value):
        digits = 32 if form is _TRACE_ID else 16
        raise InvalidError(f"{field} is not {digits} digits of lower-case hex")
    return value
