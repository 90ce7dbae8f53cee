"""Rooms: durable places of work in a project."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.exc import IntegrityError

from fanlight.catalog.database import Catalog
from fanlight.catalog.projects import get_project
from fanlight.catalog.tables import RoomRow
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import ConflictError, NotFoundError
from fanlight.model.room import check_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room; its name is unique in its project."""

    project: str
    name: str
    created_ns: int


def create_room(catalog: Catalog, project: str, name: str, *, clock: Clock = SYSTEM) -> Room:
    """A new room.

    Raises:
        NotFoundError: there is no such project.
        InvalidError: the name is empty, too long or has control characters.
        ConflictError: the project has a room of that name.
    """
    get_project(catalog, project)
    room = Room(project=project, name=check_name(name), created_ns=clock.now_ns())
    try:
        with catalog.writing() as session:
            session.add(RoomRow(project=project, name=room.name, created_ns=room.created_ns))
    except IntegrityError:
        raise ConflictError(f"project {project} has a room {name!r} already") from None
    return room


def ensure_room(catalog: Catalog, project: str, name: str, *, clock: Clock = SYSTEM) -> None:
    """Make the room unless it is there. Raises NotFoundError for the project, InvalidError for the name."""
    with catalog.reading() as session:
        known = session.get(RoomRow, (project, name)) is not None
    if not known:
        with suppress(ConflictError):  # another process was faster
            create_room(catalog, project, name, clock=clock)


def list_rooms(
    catalog: Catalog, project: str, *, limit: int = 100, after: str = "", containing: str = ""
) -> list[Room]:
    """Up to `limit` rooms by name, those behind the name `after` with `containing` in their names."""
    query = (
        select(RoomRow)
        .where(_in(project, containing), RoomRow.name > after)
        .order_by(RoomRow.name)
        .limit(limit)
    )
    with catalog.reading() as session:
        return [_room(row) for row in session.scalars(query)]


def count_rooms(catalog: Catalog, project: str, *, containing: str = "") -> int:
    """How many rooms of a project have `containing` in their names."""
    query = select(func.count()).select_from(RoomRow).where(_in(project, containing))
    with catalog.reading() as session:
        return session.scalar(query) or 0


def get_room(catalog: Catalog, project: str, name: str) -> Room:
    """The room of that name. Raises NotFoundError."""
    with catalog.reading() as session:
        row = session.get(RoomRow, (project, name))
        if row is None:
            raise NotFoundError(f"no room {name[:200]!r} in project {project}")
        return _room(row)


def _in(project: str, containing: str) -> ColumnElement[bool]:
    return and_(RoomRow.project == project, RoomRow.name.contains(containing, autoescape=True))


def _room(row: RoomRow) -> Room:
    return Room(project=row.project, name=row.name, created_ns=row.created_ns)
