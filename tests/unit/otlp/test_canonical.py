"""Big messages are compared piece by piece, and found as canonical as protobuf finds them whole."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import HistogramDataPoint
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from fanlight.otlp.canonical import encode, is_canonical
from fanlight.otlp.scan import PIECE_BYTES
from fanlight.otlp.wire import block, head, varint

BIG = PIECE_BYTES + 1
TEXT = b"x" * BIG
ATTRIBUTE = block(9, block(1, b"key") + block(2, block(1, b"v" * 1_000)))
STRANGE = block(9, block(1, b"key") + block(1_000, b"strange"))
MANY = ATTRIBUTE * (3 * PIECE_BYTES // len(ATTRIBUTE))
BYTES, COUNTS, UNKNOWN = 7, 6, 1_000


def stretched(number: int, value: bytes) -> bytes:
    """A field whose length is written with a byte more than it takes."""
    good = varint(len(value))
    return head(number, len(value))[: -len(good)] + good[:-1] + bytes([good[-1] | 0x80, 0]) + value


CASES: dict[str, tuple[Any, bytes, bool]] = {
    "many attributes": (Span, MANY, True),
    "one text": (AnyValue, block(1, TEXT), True),
    "bytes of any kind": (AnyValue, block(BYTES, b"\xff" * BIG), True),
    "packed numbers": (HistogramDataPoint, block(COUNTS, bytes(8) * (BIG // 8 + 1)), True),
    "a message in a message": (Span, block(9, block(1, b"key") + block(2, block(1, TEXT))), True),
    "a strange field in the first piece": (Span, STRANGE + MANY, False),
    "a strange field in a piece between": (Span, MANY + STRANGE + MANY, False),
    "a strange field in the last piece": (Span, MANY + STRANGE, False),
    "a strange field that is big itself": (Span, MANY + block(UNKNOWN, TEXT), False),
    "a text after a stretched length": (AnyValue, stretched(1, TEXT), False),
    "bytes after a stretched length": (AnyValue, stretched(BYTES, TEXT), False),
    "a message after a stretched length": (Span, stretched(9, block(1, TEXT)), False),
    "a text that is no UTF-8": (AnyValue, block(1, TEXT + b"\xff"), False),
    "half a number at the end": (HistogramDataPoint, block(COUNTS, bytes(BIG // 8 * 8 + 12)), False),
    "numbers for which one byte did": (Span, MANY + varint(10 << 3) + b"\x81\x00", False),
    "a name that comes twice": (Span, block(5, b"a") + block(5, b"b") + MANY, False),
    "a big name that comes twice": (Span, block(5, TEXT) * 2, False),
    "two arms of a value": (AnyValue, block(1, TEXT) + b"\x10\x01", False),
    "fields out of order": (Span, MANY + block(5, b"late"), False),
}


@pytest.mark.parametrize("case", CASES)
def test_a_big_message_is_canonical_when_protobuf_would_write_it_so(case: str) -> None:
    message, data, expected = CASES[case]
    assert (is_canonical(message, data), whole(message, data)) == (expected, expected)


def whole(message: Any, data: bytes) -> bool:
    try:
        return encode(message, data) == data
    except DecodeError:
        return False


def test_every_attribute_is_looked_at_once_whatever_piece_it_lies_in() -> None:
    seen: list[Any] = []
    assert is_canonical(Span, block(5, b"name") + MANY, seen.append)
    assert sum(len(each.attributes) for each in seen) == MANY.count(b"key")
    assert [each.name for each in seen] == ["name", *[""] * (len(seen) - 1)]
    assert max(each.ByteSize() for each in seen) <= PIECE_BYTES
