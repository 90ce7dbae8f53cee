"""The timeline of a session: what happened, in order."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from fanlight.model.log import Log
from fanlight.model.run import Run


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened in a session.

    `event` is a room event: `name` is its type (participant.joined, ...), `data` what it tells. `run.started`
    and `run.ended` have the run, `developer_log` and `log` (a warning or worse) the record; `name` is then
    the run's agent or name, or the record's level.
    """

    at: str
    type: Literal["event", "run.started", "run.ended", "developer_log", "log"]
    name: str
    data: Any = None
    run: Run | None = None
    log: Log | None = None
