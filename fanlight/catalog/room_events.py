"""What happened in rooms and is still to be told: noted with what it tells of, taken out once it is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fanlight.catalog.database import Catalog
from fanlight.catalog.tables import RoomEventRow
from fanlight.model.room_event import RoomEvent


def note_event(session: Session, project: str, event: RoomEvent) -> None:
    """Note an event in the transaction that makes it true."""
    data = msgspec.json.encode(event.data).decode()
    session.add(
        RoomEventRow(
            project=project,
            room=event.room,
            session=event.session,
            type=event.type,
            at_ns=event.at_ns,
            data=data,
        )
    )


def list_waiting(catalog: Catalog, *, limit: int) -> list[tuple[int, str, RoomEvent]]:
    """The first `limit` events that are still to be told, in their order: number, project, event."""
    with catalog.reading() as session:
        rows = session.scalars(select(RoomEventRow).order_by(RoomEventRow.id).limit(limit))
        return [(row.id, row.project, _event(row)) for row in rows]


def forget_told(catalog: Catalog, numbers: Sequence[int]) -> None:
    """Take out those that were told. To be told again, because this was not reached, changes nothing."""
    with catalog.writing() as session:
        session.execute(delete(RoomEventRow).where(RoomEventRow.id.in_(numbers)))


def _event(row: RoomEventRow) -> RoomEvent:
    data: dict[str, Any] = msgspec.json.decode(row.data)
    return RoomEvent(room=row.room, session=row.session, type=row.type, at_ns=row.at_ns, data=data)
