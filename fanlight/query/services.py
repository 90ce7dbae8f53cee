"""Services of rooms as they are shown."""

from __future__ import annotations

import re

import msgspec

from fanlight.catalog.services import KnownService
from fanlight.model.service import GONE, SILENT_NS, Service
from fanlight.query.grammar import quoted
from fanlight.query.times import rfc3339

_TRACE_ID = re.compile(r"[0-9a-f]{32}")


def service_shown(known: KnownService, *, now_ns: int) -> Service:
    """A service of a room as it was last reported; one that is silent for long is in a state unknown."""
    report = known.report
    is_silent = report.state not in GONE and now_ns - known.reported_ns >= SILENT_NS
    fields = msgspec.structs.asdict(report)
    return Service(
        **{**fields, "state": "unknown" if is_silent else report.state},
        room=known.room,
        session=known.session,
        started_at=rfc3339(known.started_ns),
        reported_at=rfc3339(known.reported_ns),
        logs=_logs_of(known),
    )


def _logs_of(known: KnownService) -> str:
    """The filter that finds the log records of a service: those of its run, whoever wrote them."""
    run_id = known.report.run_id
    if run_id is not None and _TRACE_ID.fullmatch(run_id):
        return f"trace:{run_id}"
    return f"room:{quoted(known.room)} service:{quoted(known.report.name)}"
