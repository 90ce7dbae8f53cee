"""A page of a list, and the opaque cursor that leads to the next one."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from fanlight.errors import InvalidError

VERSION = 1
MAX_CURSOR_LENGTH = 512
MAX_LIMIT = 1_000


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page: its items, and the cursor of the next page or None on the last."""

    items: list[Any]
    next: str | None = None


def check_limit(limit: int) -> int:
    """`limit` if a page may be that long.

    Raises:
        InvalidError: it is not between 1 and 1,000.
    """
    if 1 <= limit <= MAX_LIMIT:
        return limit
    raise InvalidError(f"limit is {limit}", hint=f"ask for 1 to {MAX_LIMIT} items")


def encode_cursor(noun: str, *key: int | str) -> str:
    """The place behind the item whose sort key is `key`, in the list of `noun`.

    Example:
        >>> decode_cursor(encode_cursor("runs", 1_790_000_000_000_000_000, "4bf9"), "runs", int, str)
        (1790000000000000000, '4bf9')
    """
    packed = msgspec.msgpack.encode((VERSION, noun, *key))
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")


def decode_cursor(cursor: str, noun: str, *types: type) -> tuple[Any, ...]:
    """The sort key in `cursor`, whose parts have the given types.

    A cursor carries a place and nothing else: no filter and no project, so it opens nothing.

    Raises:
        InvalidError: the cursor is mangled, of another list, or of another version of Fanlight.
    """
    try:
        key = _unpack(cursor, noun)
    except (ValueError, msgspec.DecodeError, binascii.Error):
        key = None
    if key is None or tuple(map(type, key)) != types or encode_cursor(noun, *key) != cursor:
        raise InvalidError(f"{cursor[:40]!r} is no cursor of {noun}", hint="start again without a cursor")
    return key


def _unpack(cursor: str, noun: str) -> tuple[Any, ...] | None:
    if len(cursor) > MAX_CURSOR_LENGTH:
        return None
    padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
    packed = base64.b64decode(padded, altchars=b"-_", validate=True)
    version, found, *key = msgspec.msgpack.decode(packed, type=list)
    return tuple(key) if (version, found) == (VERSION, noun) else None
