"""Protobuf's wire format, as far as a receiver must read and write it by hand."""

from __future__ import annotations

from collections.abc import Iterator

VARINT, FIXED64, LEN, START_GROUP, END_GROUP, FIXED32 = range(6)
_FIXED_BYTES = {FIXED64: 8, FIXED32: 4}
_MAX_VARINT_BYTES = 10
_MAX_GROUPS = 64


class WireError(ValueError):
    """The bytes are not protobuf: a length beyond the end, a varint without one, an unknown wire type."""


Field = tuple[int, int, int, int, int]
"""Number, wire type, where the field starts, where its value starts, where both end."""


def fields(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Field]:
    """The fields of the message in `data[start:end]`, in their order. Values are not looked into.

    Raises:
        WireError: the bytes end in the middle of a field, or are none. What came before was given.

    Example:
        >>> list(fields(bytes.fromhex("0a0361626310 05")))
        [(1, 2, 0, 2, 5), (2, 0, 5, 6, 7)]
    """
    at = start
    end = len(data) if end is None else end
    while at < end:
        tag, value = read_varint(data, at, end)
        number, wire_type = tag >> 3, tag & 7
        if not 0 < number < 1 << 29:
            raise WireError(f"field number {number} at byte {at}")
        if wire_type == LEN:
            length, value = read_varint(data, value, end)
            after = value + length
        else:
            after = _skip(data, value, end, number, wire_type)
        if after > end:
            raise WireError(f"field {number} at byte {at} is longer than what holds it")
        yield number, wire_type, at, value, after
        at = after


def _skip(data: bytes, at: int, end: int, number: int, wire_type: int) -> int:
    if wire_type == VARINT:
        return read_varint(data, at, end)[1]
    if wire_type in _FIXED_BYTES:
        return at + _FIXED_BYTES[wire_type]
    if wire_type == START_GROUP:
        return _skip_group(data, at, end, number)
    raise WireError(f"wire type {wire_type} at byte {at}")


def _skip_group(data: bytes, at: int, end: int, number: int) -> int:
    open_groups = [number]
    while open_groups:
        tag, at = read_varint(data, at, end)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == END_GROUP:
            if number != open_groups.pop():
                raise WireError(f"group {number} ends at byte {at} and was not open")
        elif wire_type == START_GROUP:
            open_groups.append(number)
            if len(open_groups) > _MAX_GROUPS:
                raise WireError("groups nested too deep")
        elif wire_type == LEN:
            length, at = read_varint(data, at, end)
            at += length
        else:
            at = _skip(data, at, end, number, wire_type)
        if at > end:
            raise WireError("a group without an end")
    return at


def read_varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """The varint at `at` and where it ends. Raises WireError when it does not end before `end`."""
    value = shift = 0
    for index in range(at, min(end, at + _MAX_VARINT_BYTES)):
        byte = data[index]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, index + 1
        shift += 7
    raise WireError(f"a number without an end at byte {at}")


def varint(value: int) -> bytes:
    """`value`, not negative, as a varint.

    Example:
        >>> varint(300).hex(), varint(0).hex()
        ('ac02', '00')
    """
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def block(number: int, value: bytes) -> bytes:
    """A length-delimited field: a message, a text, bytes.

    Example:
        >>> block(1, b"abc").hex()
        '0a03616263'
    """
    return head(number, len(value)) + value


def head(number: int, length: int) -> bytes:
    """What stands before a length-delimited value: tag and length."""
    return varint(number << 3 | LEN) + varint(length)
