"""Make a message parse that does not: the texts that are not UTF-8, the values that are nested too deep.

It reads the wire by hand, because protobuf's own parser refuses the whole message for either.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from fanlight.otlp import reasons
from fanlight.otlp.limits import Limits
from fanlight.otlp.shape import message_of
from fanlight.otlp.wire import FIXED32, FIXED64, LEN, VARINT, WireError, block, fields

MENDED_ATTRIBUTE = "fanlight.mended"
"""Key of the attribute that lists, comma separated, what was mended in its span, log record or resource."""

MAX_FIELDS = 60_000
"""Half a second of work."""

_MAX_NESTING = 95
"""Messages in messages, counted from the request: protobuf's parser refuses 100."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A message that parses now, and the reasons for which it did not before."""

    data: bytes
    reasons: tuple[str, ...]
    fields: int


class TooDamagedError(Exception):
    """Mending would take longer than a request may."""


def mend(
    message: Any,
    data: bytes,
    limits: Limits,
    *,
    nesting: int,
    keep_torn: bool = False,
    max_fields: int = MAX_FIELDS,
) -> Mended:
    """`data` with U+FFFD for invalid UTF-8 and a marker for values deeper than `max_value_depth`.

    It looks at no more than `max_fields` fields, some microseconds for each, and tells at how many.
    `nesting` says how many messages lie around this one. What ends too early is an error, or with
    `keep_torn` kept as far as it goes.

    Raises:
        WireError: the bytes are no protobuf, or end too early.
        TooDamagedError: there are more fields.

    Example:
        >>> from opentelemetry.proto.trace.v1.trace_pb2 import Status
        >>> mend(Status, b"\\x12\\x03a\\xffb", Limits(), nesting=0).reasons
        ('invalid_utf8',)
    """
    work = _Work(limits.max_value_depth, keep_torn, max_fields)
    mended = work.message(message.DESCRIPTOR, data, (0, len(data)), nesting, 0)
    return Mended(mended, tuple(sorted(work.reasons)), max_fields - work.fields_left)


def mended_attribute(found: tuple[str, ...]) -> bytes:
    """The attribute that says what was mended, as an encoded KeyValue."""
    encoded: bytes = KeyValue(
        key=MENDED_ATTRIBUTE, value=AnyValue(string_value=",".join(found))
    ).SerializeToString()
    return encoded


@dataclass(slots=True)
class _Work:
    max_depth: int
    keep_torn: bool
    fields_left: int
    reasons: set[str] = field(default_factory=set)

    def message(self, described: Any, data: bytes, at: tuple[int, int], nesting: int, depth: int) -> bytes:
        if described is AnyValue.DESCRIPTOR:
            depth += 1
            if depth > self.max_depth or nesting > _MAX_NESTING:
                return self._marker()
        out: list[bytes] = []
        try:
            for number, wire_type, start, value, end in fields(data, *at):
                self.fields_left -= 1
                if self.fields_left < 0:
                    raise TooDamagedError
                known = described.fields_by_number.get(number)
                if known is None or wire_type not in _wire_types(known):
                    continue  # As protobuf has it: a field it does not know.
                if message_of(known) is not None:
                    inner = self.message(known.message_type, data, (value, end), nesting + 1, depth)
                    out.append(block(number, inner))
                elif known.type == known.TYPE_STRING:
                    out.append(block(number, self._text(data[value:end])))
                else:
                    out.append(data[start:end])
        except WireError:
            if not self.keep_torn:
                raise
            self.reasons.add(reasons.TORN)
        return b"".join(out)

    def _marker(self) -> bytes:
        self.reasons.add(reasons.VALUE_TOO_DEEP)
        text = f"[fanlight: nested deeper than {self.max_depth} levels]"
        encoded: bytes = AnyValue(string_value=text).SerializeToString()
        return encoded

    def _text(self, text: bytes) -> bytes:
        try:
            text.decode()
        except UnicodeDecodeError:
            self.reasons.add(reasons.INVALID_UTF8)
            return text.decode(errors="replace").encode()
        return text


def _wire_types(known: Any) -> tuple[int, ...]:
    if known.type in (known.TYPE_STRING, known.TYPE_BYTES, known.TYPE_MESSAGE):
        return (LEN,)
    if known.type in (known.TYPE_FIXED64, known.TYPE_SFIXED64, known.TYPE_DOUBLE):
        single = FIXED64
    elif known.type in (known.TYPE_FIXED32, known.TYPE_SFIXED32, known.TYPE_FLOAT):
        single = FIXED32
    else:
        single = VARINT
    return (single, LEN) if known.is_repeated else (single,)
