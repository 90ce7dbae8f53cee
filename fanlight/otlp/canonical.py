"""Whether a request is encoded the one canonical way, and parses.

The store's engine decodes the log with its own reader, which takes the first of two names where protobuf
takes the last, and fails on a wrong wire type. So only bytes that protobuf itself would write go into the
log as they came. Big messages are compared piece by piece: a piece stays in the processor's cache (a third
of the time), and what parsing it may cost in memory is bounded whatever it holds.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError, EncodeError  # type: ignore[import-untyped]

from fanlight.otlp.scan import PIECE_BYTES
from fanlight.otlp.shape import message_of
from fanlight.otlp.wire import LEN, WireError, fields, head

_MAX_DEPTH = 90
_MAX_FIELDS = 300_000
"""Fields of big messages that are walked by hand, a microsecond for each."""


def is_canonical(message: Any, data: bytes, look: Callable[[Any], None] = lambda _: None) -> bool:
    """Whether protobuf would write `data` just so for `message` (a class), unknown fields left out.

    `look` is called with every piece as it was parsed: a message of that class, or one that lies in it.

    Example:
        >>> from opentelemetry.proto.trace.v1.trace_pb2 import Status
        >>> is_canonical(Status, b"\x18\x01"), is_canonical(Status, b"\x18\x01\x18\x02")
        (True, False)
    """
    try:
        return _Comparison(data, look).piece(message, 0, len(data), 0)
    except (WireError, DecodeError, EncodeError):
        return False


def encode(message: Any, data: bytes) -> bytes:
    """`data` as protobuf itself writes it, without unknown fields. Raises DecodeError."""
    return write(message.FromString(data))


def write(parsed: Any) -> bytes:
    """A parsed message in its canonical form, without unknown fields."""
    parsed.DiscardUnknownFields()
    encoded: bytes = parsed.SerializeToString()
    return encoded


@dataclass(slots=True)
class _Comparison:
    data: bytes
    look: Callable[[Any], None]
    fields_left: int = _MAX_FIELDS

    def piece(self, message: Any, start: int, end: int, depth: int) -> bool:
        if end - start > PIECE_BYTES:
            return depth <= _MAX_DEPTH and self.fields(message, start, end, depth)
        data = self.data[start:end]
        parsed = message.FromString(data)
        self.look(parsed)
        return write(parsed) == data

    def fields(self, message: Any, start: int, end: int, depth: int) -> bool:
        places: set[str] = set()
        piece = last = start
        previous = 0
        for number, wire_type, at, value, after in fields(self.data, start, end):
            field = message.DESCRIPTOR.fields_by_number.get(number)
            self.fields_left -= 1
            if self.fields_left < 0 or field is None or number < previous or not _is_first(field, places):
                return False
            previous = number
            if after - piece > PIECE_BYTES:
                if not self.piece(message, piece, at, depth):
                    return False
                piece = at
            if after - at > PIECE_BYTES:
                if wire_type != LEN or not self.big_field(message, field, (at, value, after), depth):
                    return False
                piece = after
            last = after
        return self.piece(message, piece, last, depth)

    def big_field(self, message: Any, field: Any, place: tuple[int, int, int], depth: int) -> bool:
        start, value, end = place
        if self.data[start:value] != head(field.number, end - value):
            return False
        inner = message_of(field)
        if inner is not None:
            return self.piece(inner, value, end, depth + 1)
        if field.type == field.TYPE_STRING:
            return is_utf8(self.data, value, end)
        if field.type == field.TYPE_BYTES:
            return True
        return encode(message, self.data[start:end]) == self.data[start:end]


def _is_first(field: Any, places: set[str]) -> bool:
    """Whether nothing before stands in `field`'s place: itself, or another arm of its oneof."""
    if field.is_repeated:
        return True
    place = (field.containing_oneof or field).full_name
    if place in places:
        return False
    places.add(place)
    return True


def is_utf8(data: bytes, start: int, end: int) -> bool:
    """Whether `data[start:end]` is UTF-8. Piece by piece: a text in memory may take four times its bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(start, end, PIECE_BYTES):
            decoder.decode(data[at : min(end, at + PIECE_BYTES)])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
