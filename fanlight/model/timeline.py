"""The timeline of a session: what happened, in order."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from fanlight.model.log import Log
from fanlight.model.run import Run, RunError


class TimelineStep(msgspec.Struct, frozen=True, kw_only=True):
    """A tool call in one of a session's runs, or another step of it that failed; it began at the moment.

    `kind` is that of the span (tool, llm, ...); `error` is None where it did not fail.
    """

    trace_id: str
    span_id: str
    run: str
    name: str
    kind: str
    agent: str | None
    tool: str | None
    duration_ms: float
    error: RunError | None = None


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened in a session.

    `event` is a room event: `name` is its type (participant.joined, ...), `data` what it tells. `run.started`
    and `run.ended` have the run, `step` the tool call or what else failed, `developer_log` and `log` (a
    warning or worse) the record; `name` is then the run's agent or name, the tool or the span's name, or the
    record's level. `id` is that of the log record, of the run, or trace and span id with a dot between; no
    two moments of one type share it.
    """

    id: str
    at: str
    type: Literal["event", "run.started", "run.ended", "step", "developer_log", "log"]
    name: str
    data: Any = None
    run: Run | None = None
    step: TimelineStep | None = None
    log: Log | None = None
