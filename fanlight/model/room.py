"""Rooms: durable places of work, named by telemetry or made by hand."""

from __future__ import annotations

import re

from fanlight.errors import InvalidError

MAX_NAME_LENGTH = 200
_STRICT = re.compile(r"[a-z0-9-]{1,63}")


def check_name(name: str) -> str:
    """`name` if it can name a room: anything printable, because telemetry names rooms as it likes.

    Raises:
        InvalidError: the name is empty, too long, has control characters or spaces around it.

    Example:
        >>> check_name("Café 7")
        'Café 7'
    """
    if name.strip() == name and 0 < len(name) <= MAX_NAME_LENGTH and name.isprintable():
        return name
    raise InvalidError(
        f"{name[:40]!r} cannot name a room",
        hint=f"use 1 to {MAX_NAME_LENGTH} printable characters, no space around them",
    )


def check_strict_name(name: str) -> str:
    """`name` if MeshAgent takes it as a room's: what its REST routes and its WebSocket have in their paths.

    Raises:
        InvalidError: it has other characters than a-z, 0-9 and `-`, or not 1 to 63 of them.

    Example:
        >>> check_strict_name("my-room-1")
        'my-room-1'
    """
    if _STRICT.fullmatch(name):
        return name
    raise InvalidError(f"{name[:64]!r} cannot name a room", hint="use 1 to 63 of a-z, 0-9 and -")
