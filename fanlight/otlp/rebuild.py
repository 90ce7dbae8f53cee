"""The slow path: a request that is not canonical, built anew block by block.

A block that parses is written anew whole. One that does not is taken apart: each item for itself is kept,
mended or rejected, and its neighbours never notice. Nothing disappears without being counted by reason.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from fanlight.errors import PayloadError
from fanlight.model.signal import Signal
from fanlight.otlp import reasons
from fanlight.otlp.canonical import encode, write
from fanlight.otlp.limits import Limits
from fanlight.otlp.mend import MAX_FIELDS, Mended, TooDamagedError, mend, mended_attribute
from fanlight.otlp.scan import DoubtError, count_items, has_more_attributes, too_many
from fanlight.otlp.shape import ROOTS, Block
from fanlight.otlp.weigh import Weight
from fanlight.otlp.wire import LEN, WireError, block, fields, head

_MAX_BLOCK_BYTES = 1024 * 1024
"""A bigger block is taken apart without trying: what parsing it costs in memory depends on what it holds."""
_MAX_ITEM_BYTES = 16 * 1024 * 1024
_MAX_ITEM_VALUES = 250_000
_UNBOUNDED_ITEM_BYTES = 256 * 1024
_ATTRIBUTES = {"Span": 9, "LogRecord": 6, "Resource": 1, "InstrumentationScope": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What was made of a request: canonical bytes, how many items, what was refused and mended by reason."""

    plain: bytes
    items: int
    rejected: Mapping[str, int]
    mended: Mapping[str, int]


def rebuild(signal: Signal, body: bytes, limits: Limits) -> Rebuilt:
    """Build `body` anew from what is good in it.

    Raises:
        PayloadError: 400 when there is no OTLP in it at all, 413 when it holds too much.
    """
    work = _Work(signal, body, limits)
    try:
        plain = work.inside(ROOTS[signal], 0, len(body), ())
    except TooDamagedError:
        raise PayloadError("the resources or scopes of the request are too damaged to be mended") from None
    if body and not work.items and (not work.known or set(+work.rejected) == {reasons.MALFORMED}):
        raise PayloadError(
            f"the body is not an OTLP {signal} request in protobuf", hint="check Content-Type and path"
        )
    return Rebuilt(plain=plain, items=work.items, rejected=dict(+work.rejected), mended=dict(work.mended))


class _Work:
    """One rebuild. A path is the field numbers from the request down to where a message lies."""

    def __init__(self, signal: Signal, body: bytes, limits: Limits) -> None:
        self._signal, self._body, self._limits = signal, body, limits
        self._root = ROOTS[signal].message
        self._blocks = 0
        self._mendable_fields = MAX_FIELDS
        self._weight = Weight(limits)
        self.items = 0
        self.known = False
        self.rejected: Counter[str] = Counter()
        self.mended: Counter[str] = Counter()

    def inside(self, holder: Block, start: int, end: int, path: tuple[int, ...]) -> bytes:
        """The content of a block that did not parse whole, from what is good in it."""
        headers, out = io.BytesIO(), io.BytesIO()
        try:
            for number, wire_type, at, value, after in fields(self._body, start, end):
                inner = holder.inner.get(number)
                if inner is None:
                    headers.write(self._body[at:after])
                elif wire_type != LEN:
                    self.rejected[reasons.MALFORMED] += 1
                else:
                    self.known = True
                    keep = self._item if inner.is_item else self._block
                    kept = keep(inner, value, after, (*path, number))
                    if kept is not None:
                        out.write(head(number, len(kept)))
                        out.write(kept)
        except WireError:
            self.rejected[reasons.MALFORMED] += 1
        if not path:
            return out.getvalue()
        written = self._headers(holder, headers.getvalue(), path)
        # In the order of the field numbers, as protobuf would.
        cut = next(
            (at for number, _, at, _, _ in fields(written) if number > max(holder.inner)), len(written)
        )
        return b"".join((written[:cut], out.getvalue(), written[cut:]))

    def _block(self, inner: Block, start: int, end: int, path: tuple[int, ...]) -> bytes | None:
        self._blocks += 1
        self._check_total()
        whole = self._whole(inner, start, end, path)
        if whole is not None:
            return whole
        if self._has_too_many(inner, start, end):
            self.rejected[reasons.TOO_MANY_ATTRIBUTES] += self._count(inner, self._body, start, end)
            self._check_total()
            return None
        before = self.items
        content = self.inside(inner, start, end, path)
        if len(inner.inner) > 1:  # Only one arm of a metric's oneof may stay.
            content = encode(inner.message, content)
            kept = before + self._count(inner, content, 0, len(content))
            self.rejected[reasons.OVERWRITTEN] += self.items - kept
            self.items = kept
        return content

    def _whole(self, inner: Block, start: int, end: int, path: tuple[int, ...]) -> bytes | None:
        """The block written anew when it parses and nothing in it is doubtful."""
        if end - start > _MAX_BLOCK_BYTES:
            return None
        data = self._body[start:end]
        weight = Weight(self._limits)
        try:
            weight.add(self._root.FromString(_wrap(data, path)))
            content = encode(inner.message, data)
            items = count_items(self._signal, _wrap(content, path), self._limits)
        except (DoubtError, DecodeError):
            return None
        self._weight.merge(weight)
        self.items += items
        self.rejected[reasons.OVERWRITTEN] += self._count(inner, data, 0, len(data)) - items
        self._check_total()
        return content

    def _headers(self, holder: Block, data: bytes, path: tuple[int, ...]) -> bytes:
        """Resource, scope, schema, name: whatever a block holds beside its items."""
        try:
            self._root.FromString(_wrap(data, path))
            return encode(holder.message, data)
        except DecodeError:
            mended = self._mend(holder, data, path, keep_torn=True)
        self.mended.update(mended.reasons)
        return encode(holder.message, mended.data)

    def _mend(self, holder: Block, data: bytes, path: tuple[int, ...], *, keep_torn: bool = False) -> Mended:
        try:
            mended = mend(
                holder.message,
                data,
                self._limits,
                nesting=len(path),
                keep_torn=keep_torn,
                max_fields=self._mendable_fields,
            )
        except TooDamagedError:
            self._mendable_fields = 0
            raise
        self._mendable_fields -= mended.fields
        return mended

    def _has_too_many(self, holder: Block, start: int, end: int) -> bool:
        if not holder.elements:
            return False
        try:
            return has_more_attributes(
                self._limits.max_item_attributes, holder.elements, self._body, start, end
            )
        except WireError:
            return False

    def _item(self, item: Block, start: int, end: int, path: tuple[int, ...]) -> bytes | None:
        kept = None
        try:
            self._check_size(item, start, end)
            kept = self._keep(item, self._body[start:end], path)
            self.items += 1
        except _RejectError as rejected:
            self.rejected[rejected.reason] += 1
        except (WireError, DecodeError):
            self.rejected[reasons.MALFORMED] += 1
        except DoubtError:
            self.rejected[reasons.TOO_MANY_ATTRIBUTES] += 1
        except TooDamagedError:
            self.rejected[reasons.TOO_DAMAGED] += 1
        self._check_total()
        return kept

    def _check_size(self, item: Block, start: int, end: int) -> None:
        size, most = end - start, self._limits.max_item_attributes
        if size > _MAX_ITEM_BYTES:
            raise _RejectError(reasons.TOO_LARGE)
        if size > 2 * most and has_more_attributes(most, item.elements, self._body, start, end):
            raise _RejectError(reasons.TOO_MANY_ATTRIBUTES)
        if (
            size > _UNBOUNDED_ITEM_BYTES
            and _values(item.message, self._body[start:end], _MAX_ITEM_VALUES) < 0
        ):
            raise _RejectError(reasons.TOO_MANY_VALUES)

    def _keep(self, item: Block, data: bytes, path: tuple[int, ...]) -> bytes:
        found: tuple[str, ...] = ()
        try:
            self._root.FromString(_wrap(data, path))
        except DecodeError:
            mended = self._mend(item, data, path)
            data, found = mended.data, mended.reasons
        parsed = item.message.FromString(data)
        if self._signal is Signal.TRACES:
            _check_ids(parsed)
        self._weight.add(parsed)
        self.mended.update(found)
        attributes = _ATTRIBUTES.get(item.message.DESCRIPTOR.name)
        if found and attributes is not None:
            return encode(item.message, data + block(attributes, mended_attribute(found)))
        return write(parsed)

    def _count(self, holder: Block, data: bytes, start: int, end: int) -> int:
        """The items in a block, as far as it can be read; one more than allowed when there are more."""
        count = 0
        try:
            for number, wire_type, _, value, after in fields(data, start, end):
                inner = holder.inner.get(number)
                if inner is not None and wire_type == LEN:
                    count += 1 if inner.is_item else self._count(inner, data, value, after)
                    if count > self._limits.max_request_items:
                        break
        except WireError:
            count += 1
        return count

    def _check_total(self) -> None:
        most = self._limits.max_request_items
        if self.items + self.rejected.total() > most:
            raise too_many("items", most)
        if self._blocks > most:
            raise too_many("blocks around items", most)


class _RejectError(Exception):
    def __init__(self, reason: str) -> None:
        self.reason = reason


def _wrap(data: bytes, path: tuple[int, ...]) -> bytes:
    """A request that holds `data` alone at `path`: so it parses just as deep as in its own request."""
    for number in reversed(path):
        data = block(number, data)
    return data


def _check_ids(span: Any) -> None:
    if len(span.trace_id) != 16 or not any(span.trace_id):
        raise _RejectError(reasons.INVALID_TRACE_ID)
    if len(span.span_id) != 8 or not any(span.span_id):
        raise _RejectError(reasons.INVALID_SPAN_ID)


def _values(message: Any, data: bytes, budget: int) -> int:
    """What is left of `budget` when every message in `data` has taken one; below zero it stops."""
    todo = [(message.DESCRIPTOR, 0, len(data))]
    while todo and budget >= 0:
        described, start, end = todo.pop()
        budget -= 1
        for number, wire_type, _, value, after in fields(data, start, end):
            known = described.fields_by_number.get(number)
            if known is not None and known.message_type is not None and wire_type == LEN:
                todo.append((known.message_type, value, after))
                if len(todo) > budget:
                    return -1
    return budget
