"""Who is in a session of a room."""

from __future__ import annotations

from sqlalchemy import select

from fanlight.catalog.database import Catalog
from fanlight.catalog.tables import SessionParticipantRow
from fanlight.model.session import Participant


def list_present(catalog: Catalog, project: str, session_id: str) -> list[Participant]:
    """Those who are in a session now, the longest first."""
    member = SessionParticipantRow
    query = (
        select(member)
        .where(member.project == project, member.session == session_id, member.left_ns.is_(None))
        .order_by(member.joined_ns, member.id)
    )
    with catalog.reading() as session:
        return [Participant(id=row.id, name=row.name, role=row.role) for row in session.scalars(query)]
