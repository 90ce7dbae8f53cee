"""Services: what runs in a room, as it was last reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import select

from fanlight.catalog.database import Catalog
from fanlight.catalog.room_events import note_event
from fanlight.catalog.tables import ServiceRow
from fanlight.model.room_event import SERVICE_RESTARTED, SERVICE_STARTED, SERVICE_STOPPED, RoomEvent
from fanlight.model.service import GONE, ServiceReport


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownService:
    """A service of a room; `session` is the room's session in which it was last reported."""

    room: str
    session: str | None
    report: ServiceReport
    started_ns: int
    reported_ns: int


def note_report(
    catalog: Catalog, project: str, room: str, session_id: str | None, report: ServiceReport, *, now_ns: int
) -> None:
    """Keep what a service reports in place of what it reported before.

    `session_id` is the session that the room is in; None, for what is gone, leaves it the one it was in.

    That it started, was restarted or stopped is noted as an event: it runs and did not before; it counts more
    restarts than before, or says that it restarts; it is gone and was not before.
    """
    with catalog.writing() as session:
        row = session.get(ServiceRow, (project, room, report.name))
        type_ = _event_type(row, report)
        if row is None:
            row = ServiceRow(project=project, room=room, name=report.name, started_ns=now_ns)
            session.add(row)
        if type_ in (SERVICE_STARTED, SERVICE_RESTARTED):
            row.started_ns = now_ns
        for name, value in msgspec.structs.asdict(report).items():
            setattr(row, name, value)
        row.session, row.reported_ns = session_id or row.session, now_ns
        if type_ is not None:
            data = {name: value for name, value in _told(report).items() if value is not None}
            event = RoomEvent(room=room, session=row.session or "", type=type_, at_ns=now_ns, data=data)
            note_event(session, project, event)


def list_services(catalog: Catalog, project: str, room: str) -> list[KnownService]:
    """The services of a room by name, those that are gone as well."""
    return list_services_of(catalog, project, [room])


def list_services_of(catalog: Catalog, project: str, rooms: Sequence[str]) -> list[KnownService]:
    """The services of some rooms by room and name, those that are gone as well."""
    query = (
        select(ServiceRow)
        .where(ServiceRow.project == project, ServiceRow.room.in_(rooms))
        .order_by(ServiceRow.room, ServiceRow.name)
    )
    with catalog.reading() as session:
        return [_service(row) for row in session.scalars(query)]


def _event_type(row: ServiceRow | None, report: ServiceReport) -> str | None:
    was_there = row is not None and row.state not in GONE
    if report.state in GONE:
        return SERVICE_STOPPED if was_there else None
    if not was_there or row is None:
        return SERVICE_STARTED
    more = (report.restarts or 0) > (row.restarts or 0)
    begins = report.state == "restarting" and row.state != "restarting"
    # The count of a restart that was told of when it began changes nothing.
    return SERVICE_RESTARTED if begins or (more and row.state != "restarting") else None


def _told(report: ServiceReport) -> dict[str, Any]:
    return {
        "name": report.name,
        "kind": report.kind,
        "state": report.state,
        "image": report.image,
        "version": report.version,
        "restarts": report.restarts,
        "run": report.run_id,
    }


def _service(row: ServiceRow) -> KnownService:
    fields = {name: getattr(row, name) for name in ServiceReport.__struct_fields__}
    return KnownService(
        room=row.room,
        session=row.session,
        report=ServiceReport(**fields),
        started_ns=row.started_ns,
        reported_ns=row.reported_ns,
    )
