"""OTLP/JSON, made the same protobuf bytes that the other encoding would have brought.

The blocks of a request are decoded first, with every item still raw; then each item for itself, so that a
bad one costs only itself and no more than one item is in memory as objects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from fanlight.errors import PayloadError
from fanlight.model.signal import Signal
from fanlight.otlp import reasons
from fanlight.otlp.check import Checked, check
from fanlight.otlp.json_fields import Encoder, encoder_of
from fanlight.otlp.json_text import soften
from fanlight.otlp.limits import Limits
from fanlight.otlp.scan import too_many
from fanlight.otlp.shape import ROOTS, Block
from fanlight.otlp.wire import block

_MAX_COMMAS = 3_000_000
_MAX_ITEM_MARKS = 250_000
_UNBOUNDED_ITEM_BYTES = 1024 * 1024

_NOTHING = msgspec.Raw(b"")


def convert(signal: Signal, body: bytes, limits: Limits) -> Checked:
    """Check a plain JSON request.

    Raises:
        PayloadError: 400 when the body is no OTLP/JSON at all, 413 when it holds too much.

    Example:
        >>> body = b'{"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"intValue": "7"}}, 5]}]}]}'
        >>> checked = convert(Signal.LOGS, body, Limits())
        >>> checked.items, dict(checked.rejected)
        (1, {'malformed': 1})
    """
    _check_counts(body, limits)
    decoded, rejected, mended = _decode(signal, body)
    work = _Work(limits, rejected)
    plain = work.content(ROOTS[signal], decoded)
    checked = check(signal, plain, limits)
    return Checked(
        plain=checked.plain,
        items=checked.items,
        rejected=dict(work.rejected + Counter(checked.rejected)),
        mended=dict(Counter(mended) + Counter(checked.mended)),
    )


def _check_counts(body: bytes, limits: Limits) -> None:
    # Each mark may become an object in memory, a hundred bytes for one.
    if body.count(b"{") > limits.max_request_attributes:
        raise too_many("JSON objects", limits.max_request_attributes)
    if body.count(b",") > _MAX_COMMAS:
        raise too_many("JSON values", _MAX_COMMAS)


def _decode(signal: Signal, body: bytes) -> tuple[Any, Counter[str], dict[str, int]]:
    """The blocks of a request with its items raw, what is missing of it by reason, and what was mended."""
    try:
        return (*_read(signal, body), {})
    except msgspec.ValidationError as error:
        # It is JSON up to there, and nothing like a request: there is nothing to mend.
        raise _unlike(signal, error) from error
    except (msgspec.MsgspecError, ValueError, RecursionError):
        softened, mended = soften(body)
    try:
        return (*_read(signal, softened), mended)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _unlike(signal, error) from error


def _read(signal: Signal, body: bytes) -> tuple[Any, Counter[str]]:
    rejected: Counter[str] = Counter()
    root = ROOTS[signal]
    try:
        return msgspec.json.decode(body, type=_STRUCTS[_name(root)]), rejected
    except msgspec.ValidationError:
        return _read_block(root, body, rejected), rejected


def _read_block(holder: Block, raw: Any, rejected: Counter[str]) -> Any:
    """The same, block by block: one of another shape costs itself only, and counts as one item.

    Raises ValidationError when `raw` itself is no such block.
    """
    shallow = msgspec.json.decode(raw, type=_SHALLOW[_name(holder)])
    found: dict[str, Any] = {field.name: getattr(shallow, field.name) for field in holder.fields.values()}
    for number, inner in holder.inner.items():
        name, is_many = holder.fields[number].name, holder.fields[number].is_repeated
        kept: list[Any] = []
        for each in _read_many(found[name]) if is_many else [found[name]]:
            if bytes(each) in (b"", b"null"):
                rejected[reasons.MALFORMED] += is_many
            elif inner.is_item:
                kept.append(each)
            else:
                try:
                    kept.append(_read_block(inner, each, rejected))
                except msgspec.ValidationError:
                    rejected[reasons.MALFORMED] += 1
        found[name] = kept
    return _STRUCTS[_name(holder)](**found)


def _read_many(raw: msgspec.Raw) -> list[msgspec.Raw]:
    return [] if bytes(raw) in (b"", b"null") else msgspec.json.decode(raw, type=list[msgspec.Raw])


def _unlike(signal: Signal, error: Exception) -> PayloadError:
    return PayloadError(
        f"the body is not an OTLP {signal} request in JSON: {error}", hint="check Content-Type and path"
    )


class _Work:
    def __init__(self, limits: Limits, rejected: Counter[str]) -> None:
        self._left = limits.max_request_items
        self._most = limits.max_request_items
        self.rejected = rejected

    def content(self, holder: Block, decoded: Any) -> bytes:
        """The content of one block; an unreadable head of it rejects the items in it."""
        out: list[tuple[int, bytes]] = []
        try:
            out += self._head(holder, decoded)
        except (msgspec.MsgspecError, ValueError, TypeError, RecursionError):
            self.rejected[reasons.MALFORMED] += sum(1 for _ in _items(holder, decoded))
            return b""
        for number, inner in holder.inner.items():
            keep = self._item if inner.is_item else self._block
            for each in _each(getattr(decoded, holder.fields[number].name)):
                kept = keep(inner, each)
                if kept is not None:
                    out.append((number, block(number, kept)))
        out.sort(key=lambda part: part[0])
        return b"".join(part for _, part in out)

    def _head(self, holder: Block, decoded: Any) -> Iterator[tuple[int, bytes]]:
        for number, field in holder.fields.items():
            raw = getattr(decoded, field.name, _NOTHING)
            if number not in holder.inner and raw is not _NOTHING:
                yield number, _encoder(holder).encode_field(number, msgspec.json.decode(raw))

    def _block(self, inner: Block, decoded: Any) -> bytes | None:
        self._take()
        return self.content(inner, decoded)

    def _item(self, item: Block, raw: msgspec.Raw) -> bytes | None:
        self._take()
        text = bytes(raw)
        if len(text) > _UNBOUNDED_ITEM_BYTES and max(map(text.count, (b"{", b"[", b","))) > _MAX_ITEM_MARKS:
            self.rejected[reasons.TOO_MANY_VALUES] += 1
            return None
        try:
            return _encoder(item).encode(msgspec.json.decode(text))
        except (msgspec.MsgspecError, ValueError, TypeError, RecursionError):
            self.rejected[reasons.MALFORMED] += 1
            return None

    def _take(self) -> None:
        self._left -= 1
        if self._left < -self._most:  # As many blocks as items are allowed.
            raise too_many("items", self._most)


def _items(holder: Block, decoded: Any) -> Iterator[Any]:
    for number, inner in holder.inner.items():
        for each in _each(getattr(decoded, holder.fields[number].name)):
            if inner.is_item:
                yield each
            else:
                yield from _items(inner, each)


def _each(found: Any) -> Any:
    return found if isinstance(found, list) else () if found is None else (found,)


def _encoder(holder: Block) -> Encoder:
    return encoder_of(holder.message.DESCRIPTOR)


_STRUCTS: dict[str, Any] = {}
"""For each block a struct that decodes the blocks in it and leaves everything else raw."""

_SHALLOW: dict[str, Any] = {}
"""The same, with the blocks in it raw as well."""


def _name(holder: Block) -> str:
    return str(holder.message.DESCRIPTOR.full_name)


def _describe(holder: Block) -> Any:
    """The struct of a block. Fields that are not known are not even kept."""
    described: list[tuple[str, Any, Any]] = []
    for number, field in holder.fields.items():
        inner = holder.inner.get(number)
        if inner is None:
            described.append((field.name, msgspec.Raw, _NOTHING))
        else:
            one = msgspec.Raw if inner.is_item else _describe(inner)
            described.append((field.name, list[one] | None if field.is_repeated else one | None, None))  # type: ignore[valid-type]
    name, shallow = holder.message.DESCRIPTOR.name, [(name, msgspec.Raw, _NOTHING) for name, *_ in described]
    _SHALLOW[_name(holder)] = msgspec.defstruct(name, shallow, rename="camel")
    _STRUCTS[_name(holder)] = msgspec.defstruct(name, described, rename="camel")
    return _STRUCTS[_name(holder)]


for _root in ROOTS.values():
    _describe(_root)
