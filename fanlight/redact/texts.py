"""Where the texts of a message of protobuf lie: names, values, keys, and nothing that frames them.

It reads the wire by hand, and is told by the message's descriptor what is what: nothing is imported for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Range = tuple[int, int]

_VARINT, _FIXED64, _LEN, _FIXED32 = 0, 1, 2, 5
_KEY_VALUE, _ANY_VALUE = "opentelemetry.proto.common.v1.KeyValue", "opentelemetry.proto.common.v1.AnyValue"


@dataclass(frozen=True, slots=True)
class Text:
    """A text lies in the request's bytes from `start` to `end`. `is_key`: it names an attribute."""

    start: int
    end: int
    is_key: bool


class _Plan(dict[int, Any]):
    """The fields of a message that hold texts, by number: True for a text, None for a key, else a plan."""


def find_texts(described: Any, body: bytes, ranges: Sequence[Range]) -> Iterator[Text]:
    """The texts of `body` that reach into one of `ranges`, which are in order.

    `body` is what protobuf writes for a message with the descriptor `described`. Whatever holds none of them
    is stepped over. Ids are bytes and never a text; a value of bytes is one.

    Example:
        >>> from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
        >>> request = ExportLogsServiceRequest()
        >>> record = request.resource_logs.add().scope_logs.add().log_records.add(severity_text="INFO")
        >>> record.body.string_value = "hello"
        >>> body = request.SerializeToString()
        >>> [body[text.start : text.end] for text in find_texts(request.DESCRIPTOR, body, [(0, len(body))])]
        [b'INFO', b'hello']
    """
    return _Walk(body, ranges).message(_plan_of(described), 0, len(body))


class _Walk:
    def __init__(self, data: bytes, ranges: Sequence[Range]) -> None:
        self._data = data
        self._ranges = ranges
        self._next = 0

    def message(self, plan: Mapping[int, Any], at: int, end: int) -> Iterator[Text]:
        data = self._data
        while at < end:
            wanted = self._wanted(at)
            if wanted >= end:
                return
            tag, value = _varint(data, at)
            if tag & 7 != _LEN:
                at = _skip(data, value, tag & 7)
                continue
            length, value = _varint(data, value)
            at = value + length
            if at <= wanted or (tag >> 3) not in plan:
                continue
            inner = plan[tag >> 3]
            if isinstance(inner, _Plan):
                yield from self.message(inner, value, at)
            else:
                yield Text(value, at, inner is None)

    def _wanted(self, at: int) -> int:
        """Where the first of the ranges begins, or goes on, that is not behind `at`."""
        ranges = self._ranges
        while self._next < len(ranges) and ranges[self._next][1] <= at:
            self._next += 1
        if self._next == len(ranges):
            return len(self._data)
        return max(at, ranges[self._next][0])


_plans: dict[str, _Plan] = {}


def _plan_of(described: Any) -> _Plan:
    """The plan of a message. Values hold values: a plan may lead back to itself."""
    name = described.full_name
    if name in _plans:
        return _plans[name]
    plan = _Plan()
    _fill(described, plan, {name: plan})
    _plans[name] = plan
    return plan


def _fill(described: Any, plan: _Plan, known: dict[str, _Plan]) -> None:
    for field in described.fields:
        inner = field.message_type
        if field.type == field.TYPE_STRING:
            plan[field.number] = None if described.full_name == _KEY_VALUE else True
        elif inner is not None:
            if inner.full_name not in known:
                known[inner.full_name] = _Plan()
                _fill(inner, known[inner.full_name], known)
            plan[field.number] = known[inner.full_name]
        elif field.type == field.TYPE_BYTES and described.full_name == _ANY_VALUE:
            plan[field.number] = True


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value, shift = data[at], 7
    if value < 0x80:
        return value, at + 1
    value &= 0x7F
    while True:
        at += 1
        byte = data[at]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at + 1
        shift += 7


def _skip(data: bytes, at: int, wire_type: int) -> int:
    if wire_type == _VARINT:
        return _varint(data, at)[1]
    if wire_type == _FIXED64:
        return at + 8
    if wire_type == _FIXED32:
        return at + 4
    raise ValueError(f"wire type {wire_type} at byte {at} is none that protobuf writes")
