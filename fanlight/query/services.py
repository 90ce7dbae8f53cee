"""Services of rooms as they are shown."""

from __future__ import annotations

import msgspec

from fanlight.catalog.services import KnownService
from fanlight.model.service import GONE, SILENT_NS, Service
from fanlight.query.grammar import quoted
from fanlight.query.times import rfc3339


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
        logs=f"room:{quoted(known.room)} service:{quoted(report.name)}",
    )
