"""What a request holds, counted on the wire before anything is parsed.

Parsing makes objects, and a few thousand bytes can ask for millions of them. So the items are counted
first, in one walk over the blocks that hold them; what is inside an item is looked at only when its bytes
could hold more than the caps allow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fanlight.errors import PayloadError
from fanlight.model.signal import Signal
from fanlight.otlp.limits import Limits
from fanlight.otlp.shape import ROOTS, Block
from fanlight.otlp.wire import LEN, VARINT, WireError, fields, read_varint

_TRACE_ID, _SPAN_ID = b"\x0a\x10", b"\x12\x08"
_NO_TRACE_ID, _NO_SPAN_ID = _TRACE_ID + bytes(16), _SPAN_ID + bytes(8)
_SPAN_ID_AT = 18

Elements = Mapping[int, Mapping[int, Any]]
"""As `Block.elements`."""

PIECE_BYTES = 256 * 1024
"""What is bigger is never parsed in one piece on the fast path."""


class DoubtError(Exception):
    """Something here is not as it should be; `rebuild` looks closer. Never leaves this package."""


def count_items(signal: Signal, body: bytes, limits: Limits) -> int:
    """Spans, log records or metric points in `body`.

    Raises:
        PayloadError: with status 413 when there are more items, or blocks around them, than the limits allow.
        DoubtError: the shape is odd, an id is missing or zero, or something may hold too many attributes.

    Example:
        >>> from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
        >>> request = ExportLogsServiceRequest()
        >>> scope = request.resource_logs.add().scope_logs.add()
        >>> _ = scope.log_records.add(), scope.log_records.add()
        >>> count_items(Signal.LOGS, request.SerializeToString(), Limits())
        2
    """
    scan = _Scan(body, limits, with_ids=signal is Signal.TRACES)
    try:
        scan.walk(ROOTS[signal], 0, len(body))
    except (WireError, IndexError):
        raise DoubtError from None
    if scan.is_doubtful:
        raise DoubtError
    return scan.items


def has_more_attributes(
    most: int, elements: Elements, data: bytes, start: int = 0, end: int | None = None
) -> bool:
    """Whether one holder in `data` has more than `most` attributes (or events, links, exemplars).

    Raises:
        WireError: the bytes are no protobuf.
    """
    count = 0
    for number, wire_type, _, value, after in fields(data, start, end):
        if number not in elements or wire_type != LEN:
            continue
        count += 1
        nested = elements[number]
        # Two bytes are the least that an attribute takes.
        if count > most or (
            nested and after - value > 2 * most and has_more_attributes(most, nested, data, value, after)
        ):
            return True
    return False


@dataclass(slots=True)
class _Scan:
    data: bytes
    limits: Limits
    with_ids: bool
    items: int = 0
    blocks: int = 0
    is_doubtful: bool = False

    def walk(self, block: Block, start: int, end: int) -> None:
        data, inner, at, seen = self.data, block.inner, start, 0
        while at < end:
            tag = data[at]
            if tag & 7 != LEN or tag > 0x7F:
                if tag & 7 != VARINT or tag > 0x7F or seen >> tag & 1:
                    raise DoubtError
                seen |= 1 << tag
                at = read_varint(data, at + 1, end)[1]
                continue
            length, value = data[at + 1], at + 2
            if length > 0x7F:
                length, value = read_varint(data, at + 1, end)
            child = inner.get(tag >> 3)
            if child is None:
                at = value + length
                self._header(block, tag >> 3, value, at, is_first=not seen >> tag & 1)
                seen |= 1 << tag
            elif child.is_item:
                at = self._items(child, tag, at, end)
            else:
                at = value + length
                self.blocks += 1
                if self.blocks > self.limits.max_request_items:
                    raise too_many("blocks around items", self.limits.max_request_items)
                self.walk(child, value, at)
        if at != end:
            raise DoubtError

    def _header(self, block: Block, number: int, start: int, end: int, *, is_first: bool) -> None:
        described = block.fields.get(number)
        if described is None or not (is_first or described.is_repeated):
            raise DoubtError  # Not known, or a field that may stand once stands twice.
        if end - start > PIECE_BYTES:
            self._check_big(block.elements.get(number, {}), start, end)

    def _items(self, item: Block, tag: int, at: int, end: int) -> int:
        """Count the items that follow one another from `at`; where they end. The hottest loop here."""
        data, starts, with_ids = self.data, self.data.startswith, self.with_ids
        first, last = self.items, self.limits.max_request_items
        while at < end and data[at] == tag:
            length, value = data[at + 1], at + 2
            if length > 0x7F:
                high = data[at + 2]
                if high > 0x7F:
                    length, value = read_varint(data, at + 1, end)
                else:
                    length, value = length & 0x7F | high << 7, at + 3
            if with_ids and (
                not starts(_TRACE_ID, value)
                or not starts(_SPAN_ID, value + _SPAN_ID_AT)
                or starts(_NO_TRACE_ID, value)
                or starts(_NO_SPAN_ID, value + _SPAN_ID_AT)
            ):
                # Count on: a request with too many items is refused before anything else.
                self.is_doubtful, with_ids = True, False
            at = value + length
            first += 1
            if first > last:
                raise too_many("items", last)
            if length > PIECE_BYTES:
                self._check_big(item.elements, value, at)
        self.items = first
        return at

    def _check_big(self, elements: Elements, start: int, end: int) -> None:
        # It will be parsed in pieces, none of which knows of the others.
        if has_more_attributes(self.limits.max_item_attributes, elements, self.data, start, end):
            raise DoubtError


def too_many(what: str, most: int) -> PayloadError:
    """The error for a request that holds more of something than it may, with status 413."""
    return PayloadError(f"the request holds more than {most} {what}", status=413, hint="send smaller batches")
