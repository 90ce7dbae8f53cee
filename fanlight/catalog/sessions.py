"""Sessions of rooms: the list, and one of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session as Database

from fanlight.catalog.database import Catalog
from fanlight.catalog.session_windows import CLOSED
from fanlight.catalog.tables import SessionParticipantRow, SessionRow
from fanlight.errors import NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSession:
    """A session of a room. `participants` are those in the room now, counted by role."""

    project: str
    id: str
    room: str
    started_ns: int
    last_ns: int
    ended_ns: int | None = None
    ended_by: str | None = None
    participants: Mapping[str, int] = field(default_factory=dict)

    def is_active(self, now_ns: int, idle_ns: int) -> bool:
        """Whether it goes on: nobody ended it, and somebody is in it or something was heard lately."""
        return self.ended_by is None and (bool(self.participants) or self.last_ns + idle_ns > now_ns)

    def until_ns(self, idle_ns: int) -> int:
        """The first time at which activity without a session's name is no longer this one's."""
        closed = self.ended_by in CLOSED and self.ended_ns is not None
        return self.ended_ns or 0 if closed else self.last_ns + idle_ns + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which sessions: of `room` ('' = any), heard of in [since, until), and of those still `active` only.

    `now_ns` and `idle_ns` say what active is.
    """

    now_ns: int
    idle_ns: int
    room: str = ""
    since_ns: int = 0
    until_ns: int = 2**63 - 1
    active: bool = False


def list_sessions(
    catalog: Catalog, project: str, wanted: Wanted, *, before: tuple[int, str], limit: int
) -> list[RoomSession]:
    """The first `limit` sessions behind the place `before` (`last_ns`, `id`), the one heard of last first."""
    row = SessionRow
    query = (
        select(row)
        .where(row.project == project, row.merged_into.is_(None))
        .where(row.last_ns >= wanted.since_ns, row.started_ns < wanted.until_ns)
        .where(or_(row.last_ns < before[0], and_(row.last_ns == before[0], row.id < before[1])))
        .order_by(row.last_ns.desc(), row.id.desc())
        .limit(limit)
    )
    if wanted.room:
        query = query.where(row.room == wanted.room)
    if wanted.active:
        query = query.where(_active(wanted.now_ns, wanted.idle_ns))
    with catalog.reading() as session:
        return _sessions(session, session.scalars(query).all())


def get_session(catalog: Catalog, project: str, session_id: str) -> RoomSession:
    """The session of that id, or the one that it became a part of. Raises NotFoundError."""
    with catalog.reading() as session:
        return _sessions(session, [get_row(session, project, session_id)])[0]


def find_session(catalog: Catalog, project: str, session_id: str) -> RoomSession | None:
    """As `get_session`, None when there is none."""
    try:
        return get_session(catalog, project, session_id)
    except NotFoundError:
        return None


def find_sessions(catalog: Catalog, project: str, ids: Collection[str]) -> dict[str, RoomSession]:
    """Those of `ids` that are sessions of rooms and stand for themselves, by id."""
    query = select(SessionRow).where(
        SessionRow.project == project, SessionRow.id.in_(ids), SessionRow.merged_into.is_(None)
    )
    with catalog.reading() as session:
        return {each.id: each for each in _sessions(session, session.scalars(query).all())}


def find_all_live(
    catalog: Catalog, project: str, rooms: Collection[str], *, now_ns: int, idle_ns: int
) -> dict[str, RoomSession]:
    """The live session of each of `rooms` that is in one, by the room's name."""
    query = live_query(project, now_ns, idle_ns).where(SessionRow.room.in_(rooms))
    with catalog.reading() as session:
        found = _sessions(session, session.scalars(query).all())
    return {each.room: each for each in reversed(found)}


def live_query(project: str, now_ns: int, idle_ns: int) -> Select[SessionRow]:
    """The question for what is live in a project, the best known and then the latest first."""
    return (
        select(SessionRow)
        .where(SessionRow.project == project, SessionRow.merged_into.is_(None), _active(now_ns, idle_ns))
        .order_by(SessionRow.is_unnamed, SessionRow.last_ns.desc(), SessionRow.id)
    )


def get_row(session: Database, project: str, session_id: str) -> SessionRow:
    """The row of a session, or of the one that it became a part of. Raises NotFoundError."""
    row = session.get(SessionRow, (project, session_id))
    while row is not None and row.merged_into is not None:
        row = session.get(SessionRow, (project, row.merged_into))
    if row is None:
        raise NotFoundError(
            f"no session {session_id[:128]!r} in project {project}", hint="fanlight sessions lists them"
        )
    return row


def present() -> ColumnElement[bool]:
    """The condition that somebody is in a session."""
    member = SessionParticipantRow
    return exists().where(
        member.project == SessionRow.project, member.session == SessionRow.id, member.left_ns.is_(None)
    )


def _active(now_ns: int, idle_ns: int) -> ColumnElement[bool]:
    return and_(SessionRow.ended_ns.is_(None), or_(SessionRow.last_ns > now_ns - idle_ns, present()))


def _sessions(session: Database, rows: Iterable[SessionRow]) -> list[RoomSession]:
    found = list(rows)
    member = SessionParticipantRow
    counted: dict[str, dict[str, int]] = {}
    if found:
        query = (
            select(member.session, member.role, func.count())
            .where(member.project == found[0].project, member.session.in_([row.id for row in found]))
            .where(member.left_ns.is_(None))
            .group_by(member.session, member.role)
            .order_by(member.role)
        )
        for owner, role, number in session.execute(query):
            counted.setdefault(owner, {})[role] = number
    return [
        RoomSession(
            project=row.project,
            id=row.id,
            room=row.room,
            started_ns=row.started_ns,
            last_ns=row.last_ns,
            ended_ns=row.ended_ns,
            ended_by=row.ended_by,
            participants=counted.get(row.id, {}),
        )
        for row in found
    ]
