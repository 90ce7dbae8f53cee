"""What the store takes up on disk."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from fanlight.model.signal import Signal


class DiskShare(msgspec.Struct, frozen=True, kw_only=True):
    """What one signal of a project takes up. `project` is None for all projects that the caller is not in.

    Tables hold the rows of all projects together, so `bytes` is a project's part of them by its number of
    rows. `bytes_a_day` is the part of that which came in within the last 24 hours.
    """

    project: str | None
    signal: Signal
    rows: int
    bytes: int
    bytes_a_day: int


class DiskState(StrEnum):
    """Whether telemetry finds room: `ok`; `low`, soon no more; `full`, it is refused until there is some."""

    OK = "ok"
    LOW = "low"
    FULL = "full"


class DiskRoom(msgspec.Struct, frozen=True, kw_only=True):
    """The disk with the least room for telemetry. `free_bytes` is for administrators of the server alone.

    Below `low_bytes` the state is low, below `stop_bytes` full; of a small disk both are a part of it.
    """

    state: DiskState
    low_bytes: int
    stop_bytes: int
    free_bytes: int | None = None


class Disk(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /disk`. Everything but the project's own shares is for administrators of the server alone.

    `bytes` is the whole store, `free_bytes` what its disk has left. `days_left` is how long that lasts if as
    much comes in every day as in the last 24 hours and nothing is removed; None while nothing comes in.
    """

    shares: list[DiskShare]
    bytes: int | None = None
    free_bytes: int | None = None
    total_bytes: int | None = None
    days_left: float | None = None
