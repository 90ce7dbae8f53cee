"""Members of rooms: which person has which role in one room."""

from __future__ import annotations

from sqlalchemy import select

from fanlight.catalog.database import Catalog
from fanlight.catalog.logins import make_due
from fanlight.catalog.members import Member, member_of, registered
from fanlight.catalog.tables import PersonRow, RoomMemberRow, RoomRow
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import NotFoundError


def list_room_members(catalog: Catalog, project: str, room: str) -> list[Member]:
    """The members of a room, by address. Raises NotFoundError."""
    query = (
        select(RoomMemberRow, PersonRow)
        .join(PersonRow, PersonRow.id == RoomMemberRow.person)
        .where(RoomMemberRow.project == project, RoomMemberRow.room == room)
        .order_by(PersonRow.email)
    )
    with catalog.reading() as session:
        if session.get(RoomRow, (project, room)) is None:
            raise _no_room(project, room)
        return [member_of(member, person) for member, person in session.execute(query)]


def room_roles_of(catalog: Catalog, person_id: str) -> dict[tuple[str, str], str]:
    """The roles of a person in single rooms, by project and room."""
    query = select(RoomMemberRow).where(RoomMemberRow.person == person_id)
    with catalog.reading() as session:
        return {(row.project, row.room): row.role for row in session.scalars(query)}


def set_room_role(
    catalog: Catalog, project: str, room: str, email: str, role: str, *, clock: Clock = SYSTEM
) -> Member:
    """Give a person that role in a room, whatever they were in it before.

    Raises:
        NotFoundError: there is no such room or person.
    """
    with catalog.writing() as session:
        if session.get(RoomRow, (project, room)) is None:
            raise _no_room(project, room)
        person = registered(session, email)
        row = session.get(RoomMemberRow, (project, room, person.id))
        if row is None:
            row = RoomMemberRow(project=project, room=room, person=person.id, created_ns=clock.now_ns())
            session.add(row)
        row.role = role
        make_due(session, person.id)
        return member_of(row, person)


def remove_room_member(catalog: Catalog, project: str, room: str, person_id: str) -> Member:
    """Take a person out of a room. Raises NotFoundError when they are no member of it."""
    with catalog.writing() as session:
        row = session.get(RoomMemberRow, (project, room, person_id))
        person = session.get(PersonRow, person_id)
        if row is None or person is None:
            raise NotFoundError(f"no member {person_id[:64]!r} in room {room[:128]!r}")
        session.delete(row)
        make_due(session, person.id)
        return member_of(row, person)


def _no_room(project: str, room: str) -> NotFoundError:
    return NotFoundError(f"no room {room[:200]!r} in project {project}", hint="fanlight rooms lists them")
