"""The body of a message: `u64 header length | JSON header | raw bytes`.

The header carries OpenTelemetry's context beside what it says, so that a log is tied to the span in which it
was written: `"__meshagent__": {"v": 1, "otel": {"traceparent": "00-..."}}`.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from fanlight.rooms.malformed import Malformation, MalformedError

MAX_HEADER_BYTES = 1024 * 1024
MAX_DEPTH = 32
"""Protobuf, in which logs are kept, goes three levels down for each of JSON's, and 100 at most."""
ENVELOPE = "__meshagent__"
VERSION = 1

_LENGTH = struct.Struct(">Q")
_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")
_NO_TRACE, _NO_SPAN = "0" * 32, "0" * 16


@dataclass(frozen=True, slots=True)
class Body:
    """What a message says: a JSON object, and bytes beside it."""

    header: Mapping[str, Any]
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class SpanPlace:
    """The span in which a message was sent, as lower-case hex."""

    trace_id: str
    span_id: str


def pack(header: Mapping[str, Any], data: bytes = b"", *, context: Mapping[str, str] | None = None) -> bytes:
    """A body. `context` holds the W3C fields of the span that goes on, if there is one.

    Raises:
        TypeError, ValueError: the header is nothing that JSON can carry.

    Example:
        >>> pack({"type": "empty"}, b"raw")
        b'\\x00\\x00\\x00\\x00\\x00\\x00\\x002{"type":"empty","__meshagent__":{"v":1,"otel":{}}}raw'
    """
    envelope = {ENVELOPE: {"v": VERSION, "otel": dict(context or {})}}
    text = json.dumps({**header, **envelope}, separators=(",", ":")).encode()
    return _LENGTH.pack(len(text)) + text + data


def unpack(payload: bytes, *, max_header_bytes: int = MAX_HEADER_BYTES) -> Body:
    """The body in `payload`.

    Text that is no Unicode is mended with U+FFFD; NaN and infinities, which Python writes into what it calls
    JSON, become the texts "NaN", "Infinity" and "-Infinity".

    Raises:
        MalformedError: it is cut, or its header is too large, too deep or no JSON object.
    """
    if len(payload) < _LENGTH.size:
        raise MalformedError(Malformation.CUT, f"a body of {len(payload)} bytes has no header")
    (length,) = _LENGTH.unpack_from(payload)
    end = _LENGTH.size + length
    if end > len(payload):
        raise MalformedError(
            Malformation.CUT, f"the header has {length} bytes, {len(payload) - _LENGTH.size} came"
        )
    if length > max_header_bytes:
        raise MalformedError(
            Malformation.HEADER_TOO_LARGE, f"the header has {length} bytes, {max_header_bytes} are the most"
        )
    return Body(_object(payload[_LENGTH.size : end]), payload[end:])


def _object(raw: bytes) -> dict[str, Any]:
    # Brackets within texts count too: it is an upper bound, and mostly spares the look at every value.
    is_shallow = raw.count(b"{") + raw.count(b"[") <= MAX_DEPTH
    try:
        found = json.loads(raw.decode(), parse_constant=str)
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        raise MalformedError(Malformation.HEADER, "the header is not JSON in UTF-8") from None
    if not isinstance(found, dict):
        raise MalformedError(Malformation.HEADER, "the header is no JSON object")
    if not is_shallow and _is_deeper([found], MAX_DEPTH):
        raise _too_deep()
    return _whole(found) if b"\\ud" in raw.lower() else found


def _too_deep() -> MalformedError:
    return MalformedError(Malformation.DEPTH, f"the header is nested deeper than {MAX_DEPTH}")


def _is_deeper(values: Iterable[Any], most: int) -> bool:
    for _ in range(most):
        values = list(chain.from_iterable(map(_inner, values)))
        if not values:
            return False
    return any(isinstance(value, dict | list) for value in values)


def _inner(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _whole(found: dict[str, Any]) -> dict[str, Any]:
    """JSON can escape one half of a pair of surrogates, which no UTF-8 can say."""
    text = json.dumps(found, ensure_ascii=False)
    mended: dict[str, Any] = json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    return mended


def place_of(header: Mapping[str, Any]) -> SpanPlace | None:
    """The span that the header names by its W3C `traceparent`; None when it names none, or not a valid one.

    Example:
        >>> parent = "00-" + "ab" * 16 + "-" + "cd" * 8 + "-01"
        >>> place_of({"__meshagent__": {"v": 1, "otel": {"traceparent": parent}}}).span_id
        'cdcdcdcdcdcdcdcd'
        >>> place_of({"__meshagent__": {"otel": {"traceparent": "00-0-0-0"}}}) is None
        True
    """
    envelope = header.get(ENVELOPE)
    fields = envelope.get("otel") if isinstance(envelope, dict) else None
    parent = fields.get("traceparent") if isinstance(fields, dict) else None
    found = _TRACEPARENT.fullmatch(parent) if isinstance(parent, str) else None
    if found is None:
        return None
    version, trace_id, span_id, more = found.groups()
    # Version 00 has nothing behind its flags; later ones may.
    if version == "ff" or (version == "00" and more) or trace_id == _NO_TRACE or span_id == _NO_SPAN:
        return None
    return SpanPlace(trace_id, span_id)
