"""Decoded JSON to protobuf bytes, by the rules of OTLP/JSON: ids are hex, 64-bit numbers may be text.

One encoder for each kind of message, made from protobuf's own description, writes the fields in the order
of their numbers: canonical bytes at once.
"""

from __future__ import annotations

import base64
import functools
import struct
from collections.abc import Callable
from typing import Any

from fanlight.otlp.wire import block, varint

_HEX_FIELDS = frozenset({"trace_id", "span_id", "parent_span_id"})
_DOUBLES = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
_MAX_DIGITS = 20
_U64 = (1 << 64) - 1

Write = Callable[[Any], bytes]
"""From a JSON value to the whole field, tag included; raises ValueError or TypeError."""


class Encoder:
    """Encodes one kind of message from a JSON object. Unknown fields are ignored, null is absent."""

    def __init__(self, described: Any) -> None:
        self._described = described
        self._writers: tuple[tuple[str, int, Write], ...] = ()

    def prepare(self) -> Encoder:
        """Make the writers; apart from `__init__`, because a value may hold values."""
        numbered = sorted(self._described.fields_by_number.items())
        self._writers = tuple((field.json_name, number, _writer(field)) for number, field in numbered)
        return self

    def encode(self, value: Any) -> bytes:
        """The message's bytes.

        Raises:
            ValueError: a value is of the wrong type or out of range.
        """
        if not isinstance(value, dict):
            raise ValueError(f"{self._described.name} is not an object")  # noqa: TRY004 one error for the caller
        get = value.get
        return b"".join(
            [write(found) for name, _, write in self._writers if (found := get(name)) is not None]
        )

    def encode_field(self, number: int, value: Any) -> bytes:
        """One field alone, tag included. Raises ValueError as `encode`."""
        if value is None:
            return b""
        return next(write for _, own, write in self._writers if own == number)(value)


_ENCODERS: dict[str, Encoder] = {}


def encoder_of(described: Any) -> Encoder:
    """The encoder for a protobuf descriptor.

    Example:
        >>> from opentelemetry.proto.common.v1.common_pb2 import AnyValue
        >>> encoder_of(AnyValue.DESCRIPTOR).encode({"intValue": "300"}).hex()
        '18ac02'
    """
    found = _ENCODERS.get(described.full_name)
    if found is None:
        found = _ENCODERS[described.full_name] = Encoder(described)
        found.prepare()
    return found


def _writer(field: Any) -> Write:
    if field.message_type is not None:
        inner = encoder_of(field.message_type)
        single: Write = lambda value: block(field.number, inner.encode(value))  # noqa: E731
    elif field.type in (field.TYPE_STRING, field.TYPE_BYTES):
        to_bytes = (
            _text if field.type == field.TYPE_STRING else _hex if field.name in _HEX_FIELDS else _base64
        )
        single = functools.partial(
            _write_bytes, field.number, to_bytes, field.has_presence or field.is_repeated
        )
    else:
        return _number_writer(field)
    return functools.partial(_write_each, single) if field.is_repeated else single


def _number_writer(field: Any) -> Write:
    wire_type, to_wire = _number(field)
    if field.is_repeated:
        return lambda value: _write_packed(field.number, to_wire, value)
    tag = varint(field.number << 3 | wire_type)
    default = None if field.has_presence else to_wire(0)

    def write(value: Any) -> bytes:
        encoded = to_wire(value)
        return b"" if encoded == default else tag + encoded

    return write


def _number(field: Any) -> tuple[int, Write]:
    if field.type == field.TYPE_BOOL:
        return 0, _bool
    if field.type == field.TYPE_DOUBLE:
        return 1, _double
    if field.type == field.TYPE_ENUM:
        names = {name: value.number for name, value in field.enum_type.values_by_name.items()}
        return 0, lambda value: _varint(
            names.get(value, value) if isinstance(value, str) else value, -(1 << 31), (1 << 31) - 1
        )
    bits = (
        32
        if field.type in (field.TYPE_INT32, field.TYPE_UINT32, field.TYPE_SINT32, field.TYPE_FIXED32)
        else 64
    )
    signed = field.type in (field.TYPE_INT32, field.TYPE_INT64, field.TYPE_SINT32, field.TYPE_SFIXED64)
    least, most = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    if field.type in (field.TYPE_FIXED64, field.TYPE_SFIXED64):
        return 1, lambda value: (_integer(value, least, most) & _U64).to_bytes(8, "little")
    if field.type == field.TYPE_FIXED32:
        return 5, lambda value: _integer(value, least, most).to_bytes(4, "little")
    if field.type == field.TYPE_SINT32:
        return 0, lambda value: varint(_zigzag(_integer(value, least, most)))
    return 0, lambda value: _varint(value, least, most)


def _write_each(single: Write, values: Any) -> bytes:
    if not isinstance(values, list):
        raise ValueError("not a list")  # noqa: TRY004 one error for the caller
    return b"".join([single(value) for value in values])


def _write_packed(number: int, to_wire: Write, values: Any) -> bytes:
    packed = _write_each(to_wire, values)
    return block(number, packed) if packed else b""


def _write_bytes(number: int, to_bytes: Callable[[Any], bytes], keep_empty: bool, value: Any) -> bytes:
    encoded = to_bytes(value)
    return block(number, encoded) if encoded or keep_empty else b""


def _text(value: Any) -> bytes:
    if not isinstance(value, str):
        raise ValueError("not a text")  # noqa: TRY004 one error for the caller
    return value.encode()


def _hex(value: Any) -> bytes:
    if not isinstance(value, str) or (not value.isalnum() and value):
        raise ValueError("not a hex id")
    return bytes.fromhex(value)


def _base64(value: Any) -> bytes:
    # Both alphabets and a missing padding are allowed by protobuf's JSON.
    text = _text(value).rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)


def _bool(value: Any) -> bytes:
    if value is False or (value == 0 and not isinstance(value, str)):
        return b"\0"
    if value is True:
        return b"\1"
    raise ValueError("not true or false")


def _double(value: Any) -> bytes:
    if isinstance(value, str):
        value = _DOUBLES[value] if value in _DOUBLES else float(value)
    if isinstance(value, bool):
        raise ValueError("not a number")  # noqa: TRY004 one error for the caller
    try:
        return struct.pack("<d", value)
    except (struct.error, OverflowError) as error:
        raise ValueError("not a number") from error


def _integer(value: Any, least: int, most: int) -> int:
    is_short_text = isinstance(value, str) and len(value) <= _MAX_DIGITS
    if is_short_text or (isinstance(value, float) and value.is_integer()):
        value = int(value)
    if type(value) is not int or not least <= value <= most:
        raise ValueError("not a whole number, or out of range")
    return value


def _varint(value: Any, least: int, most: int) -> bytes:
    return varint(_integer(value, least, most) & _U64)


def _zigzag(value: int) -> int:
    return (value << 1) ^ (value >> 31)
