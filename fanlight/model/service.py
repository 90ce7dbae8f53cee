"""Services: the processes and containers that work in a room. None: not reported, never 0."""

from __future__ import annotations

from typing import Literal

import msgspec

ServiceState = Literal["starting", "running", "restarting", "stopped", "failed"]


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
    """A service of a room as it was last reported; `session` is the room's session it was reported in."""

    room: str
    session: str | None
    name: str
    kind: str
    state: ServiceState
    image: str | None = None
    version: str | None = None
    restarts: int | None = None
    cpu_percent: float | None = None
    memory_bytes: int | None = None
    run_id: str | None = None
    started_at: str
    reported_at: str
