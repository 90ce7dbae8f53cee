"""Activity: what the runs of one agent, room, session or user came to. None: not reported, never 0."""

from __future__ import annotations

import msgspec

from fanlight.model.run import Cost, RunStatus, Tokens


class Medians(msgspec.Struct, frozen=True, kw_only=True):
    """The middle one of finished runs; tokens and cost over those that reported them."""

    duration_ms: float | None = None
    tokens: float | None = None
    cost: str | None = None


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """The runs of `name` that were asked about, together: their number, their sums, their times.

    `first_at` is when the first one started, `last_at` when something was last heard of one. `status` is that
    of the newest run, or running while any is; `errors` counts runs that failed or were lost. `agents`,
    `room` and `user` are those of its runs, the newest one's where there can be but one.
    """

    name: str
    status: RunStatus
    first_at: str
    last_at: str
    runs: int
    running: int
    errors: int
    tokens: Tokens = Tokens()
    cost: Cost = Cost()
    median: Medians = Medians()
    p95_ms: float | None = None
    agents: list[str] = []
    room: str | None = None
    user: str | None = None
