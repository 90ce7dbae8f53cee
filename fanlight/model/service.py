"""Services: the processes and containers that work in a room. None: not reported, never 0."""

from __future__ import annotations

from typing import Literal

import msgspec

from fanlight.errors import InvalidError

ServiceState = Literal["starting", "running", "restarting", "stopped", "failed"]
GONE: frozenset[ServiceState] = frozenset({"stopped", "failed"})
"""States of what runs no more."""

SILENT_NS = 60 * 10**9
"""Whoever says nothing for so long, and did not say that it is gone, may be anything."""

MAX_NAME_CHARACTERS = 200


class ServiceReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a service says of itself, or whoever runs it. `name` is unique in its room.

    `restarts` counts since it was first started; `run_id` is the run whose agent it is.
    """

    name: str
    kind: str
    state: ServiceState
    image: str | None = None
    version: str | None = None
    restarts: int | None = None
    cpu_percent: float | None = None
    memory_bytes: int | None = None
    run_id: str | None = None


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A service of a room as it was last reported; `session` is the room's session it was reported in.

    `state` is `unknown` where reports should come and do not. `started_at` is since when it runs, or ran.
    `logs` is the filter that finds its log records.
    """

    room: str
    session: str | None
    name: str
    kind: str
    state: ServiceState | Literal["unknown"]
    image: str | None = None
    version: str | None = None
    restarts: int | None = None
    cpu_percent: float | None = None
    memory_bytes: int | None = None
    run_id: str | None = None
    started_at: str
    reported_at: str
    logs: str


def check_service_name(name: str) -> str:
    """`name` if it can name a service.

    Raises:
        InvalidError: it is empty, too long, has control characters or spaces around it.
    """
    if name.strip() == name and 0 < len(name) <= MAX_NAME_CHARACTERS and name.isprintable():
        return name
    hint = f"use 1 to {MAX_NAME_CHARACTERS} printable characters, no space around them"
    raise InvalidError(f"{name[:40]!r} cannot name a service", hint=hint)
