"""What was asked to be erased, and the proof that it was."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import msgspec

LAST_NS = 2**63 - 1
"""The end of time."""

HASH = "sha256:"


def hashed(user: str) -> str:
    """What is kept of a user who was erased: enough to erase them again, too little to name them.

    Example:
        >>> hashed("ann@example.org")[:15], is_hash(hashed("ann@example.org"))
        ('sha256:438c4c7a', True)
    """
    return HASH + hashlib.sha256(user.encode()).hexdigest()


def is_hash(user: str) -> bool:
    """Whether `user` is the hash of one: then everybody of that hash is meant."""
    return re.fullmatch(HASH + "[0-9a-f]{64}", user) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What is to be erased of a project: all that fits everything that is given; times are [since, until).

    What happened in `room` in [room_since, room_until) and names no session is the session's as well.
    """

    project_id: str
    run: str = ""
    session: str = ""
    user: str = ""
    since_ns: int = 0
    until_ns: int = LAST_NS
    room: str = ""
    room_since_ns: int = 0
    room_until_ns: int = 0


@dataclass(frozen=True, slots=True)
class Erased:
    """What one step of an erasure took away: rows by table, and whether nothing was left to take."""

    rows: Mapping[str, int]
    is_done: bool


class DeletionState(StrEnum):
    """How far a deletion is."""

    WAITING = "waiting"
    """Asked for."""
    UNREADABLE = "unreadable"
    """Nobody can read it any more; files of the engine may still hold it."""
    GONE = "gone"
    """No file of the store holds it."""
    FAILED = "failed"


class Deletion(msgspec.Struct, frozen=True, kw_only=True):
    """One deletion and its report. Times are RFC 3339 in UTC.

    What was asked for is in `run`, `session`, `user`, `since` and `until`, None where it was not given; when
    it is done `user` is `sha256:` and the hash of what was given, so that the report names nobody. `removed`
    are the rows that went, by table. `backups` are those on the server's disk that were made before, and hold
    it until they are removed.
    """

    id: str
    state: DeletionState
    asked_at: str
    asked_by: str
    run: str | None = None
    session: str | None = None
    user: str | None = None
    since: str | None = None
    until: str | None = None
    removed: dict[str, int] = {}
    unreadable_at: str | None = None
    gone_at: str | None = None
    backups: list[str] = []
    error: str | None = None
