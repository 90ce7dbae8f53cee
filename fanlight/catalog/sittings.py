"""How sessions of rooms begin, go on and end. What happens to one is noted in the same transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session as Database

from fanlight.catalog import session_windows as windows
from fanlight.catalog.database import Catalog
from fanlight.catalog.projects import ensure_project
from fanlight.catalog.room_events import note_event
from fanlight.catalog.rooms import ensure_room
from fanlight.catalog.session_windows import CLOSED, IDLE, Sighting, Window
from fanlight.catalog.sessions import get_row, live_query, present
from fanlight.catalog.tables import SessionParticipantRow, SessionRow
from fanlight.errors import ConflictError
from fanlight.model.room_event import (
    PARTICIPANT_JOINED,
    PARTICIPANT_LEFT,
    ROOM_ENDED,
    ROOM_STARTED,
    RoomEvent,
)
from fanlight.model.session import EndedBy, Participant

MAX_ID_LENGTH = MAX_NAME_LENGTH = 1_024
MAX_ROLE_LENGTH = 128
MOST_ENDED = 1_000
MOST_SEEN = 200
"""So many changes are one transaction: others wait for it before they can write."""

QUIET_NS = 60_000_000_000
"""Old telemetry comes in pieces: its sessions end once no more came for so long, or for the idle time."""


def see_sessions(
    catalog: Catalog, project: str, sightings: Iterable[Sighting], *, idle_ns: int, now_ns: int
) -> None:
    """Begin and go on with the sessions that telemetry was seen of, in any order and more than once.

    A sighting without a room goes on with the session that it names, if that is one of a room.
    """
    seen = sorted(
        _of_rooms(catalog, project, [one for one in sightings if len(one.session) <= MAX_ID_LENGTH]),
        key=lambda one: (one.first_ns, one.session),
    )
    for start in range(0, len(seen), MOST_SEEN):
        with catalog.writing() as session:
            for sighting in seen[start : start + MOST_SEEN]:
                _see(session, project, sighting, idle_ns, now_ns)


def open_session(catalog: Catalog, project: str, room: str, *, idle_ns: int, now_ns: int) -> str:
    """The id of the session that the room is in; a new one, and the room too, when there is none.

    To open it is activity: from now on the idle time counts anew.

    Raises:
        InvalidError: the name cannot name a room, or the project's cannot name a project.
    """
    ensure_project(catalog, project)
    ensure_room(catalog, project, room)
    with catalog.writing() as session:
        live = live_query(project, now_ns, idle_ns).where(SessionRow.room == room)
        row = session.scalars(live.limit(1)).first()
        if row is not None:
            row.is_unnamed = False  # its id is known from now on
            _touch(session, row, idle_ns, now_ns)
            return str(row.id)
        made = Sighting(room=room, session=str(uuid.uuid4()), first_ns=now_ns, last_ns=now_ns)
        _see(session, project, made, idle_ns, now_ns)
        return made.session


def end_session(
    catalog: Catalog, project: str, session_id: str, by: EndedBy, *, idle_ns: int, now_ns: int
) -> str:
    """End a session for good; its id, or that of the one it is a part of. Once it is closed, nothing changes.

    Raises NotFoundError.
    """
    with catalog.writing() as session:
        row = get_row(session, project, session_id)
        if row.ended_by in CLOSED:
            return row.id
        was_told = row.ended_by == IDLE
        there = _present_in(session, row)
        goes_on = not was_told and (bool(there) or row.last_ns + idle_ns > now_ns)
        # Behind its last item, so that this one is still inside.
        end_ns = max(now_ns, row.last_ns + 1) if goes_on else row.last_ns + 1
        for member in there:
            member.left_ns = end_ns
            _tell_of(session, row, PARTICIPANT_LEFT, end_ns, _who(member))
        parts = update(SessionRow).where(
            SessionRow.project == project,
            SessionRow.merged_into == row.id,
            SessionRow.ended_by.is_distinct_from(windows.MERGED),
        )
        session.execute(parts.values(ended_ns=end_ns, ended_by=by))
        row.ended_ns, row.ended_by = end_ns, by
        if not was_told:
            _tell_of(session, row, ROOM_ENDED, end_ns, {"by": by})
        return row.id


def end_idle(catalog: Catalog, *, idle_ns: int, now_ns: int) -> int:
    """End the sessions of all projects that nothing was heard of for the idle time; how many there were."""
    row = SessionRow
    query = (
        select(row)
        .where(row.ended_ns.is_(None), row.last_ns <= now_ns - idle_ns)
        .where(row.heard_ns <= now_ns - min(idle_ns, QUIET_NS), ~present())
        .order_by(row.last_ns)
        .limit(MOST_ENDED)
    )
    with catalog.reading() as session:
        if session.scalars(query.limit(1)).first() is None:
            return 0
    with catalog.writing() as session:
        found = session.scalars(query).all()
        for each in found:
            each.ended_ns, each.ended_by = each.last_ns, IDLE
            if each.merged_into is None:
                _tell_of(session, each, ROOM_ENDED, each.last_ns, {"by": IDLE})
        return len(found)


def join(
    catalog: Catalog, project: str, session_id: str, participant: Participant, *, idle_ns: int, now_ns: int
) -> None:
    """Somebody is in the session from now on.

    Raises:
        NotFoundError: there is no such session.
        ConflictError: it was ended for good.
    """
    with catalog.writing() as session:
        row = get_row(session, project, session_id)
        if row.ended_by in CLOSED:
            raise ConflictError(f"session {row.id[:128]!r} was {row.ended_by}", hint="open its room again")
        member = session.get(SessionParticipantRow, (project, row.id, participant.id))
        if member is not None and member.left_ns is None:
            return
        if member is None:
            member = SessionParticipantRow(project=project, session=row.id, id=participant.id)
            session.add(member)
        member.name = participant.name[:MAX_NAME_LENGTH]
        member.role = participant.role[:MAX_ROLE_LENGTH]
        member.joined_ns, member.left_ns = now_ns, None
        _touch(session, row, idle_ns, now_ns)
        _tell_of(session, row, PARTICIPANT_JOINED, now_ns, _who(member))


def leave(
    catalog: Catalog, project: str, session_id: str, participant_id: str, *, idle_ns: int, now_ns: int
) -> None:
    """Somebody is in the session no longer; whoever is not in it changes nothing. Raises NotFoundError."""
    with catalog.writing() as session:
        row = get_row(session, project, session_id)
        member = session.get(SessionParticipantRow, (project, row.id, participant_id))
        if member is None or member.left_ns is not None:
            return
        member.left_ns = now_ns
        _tell_of(session, row, PARTICIPANT_LEFT, now_ns, _who(member))
        _touch(session, row, idle_ns, now_ns)


def stay(catalog: Catalog, *, every_ns: int, idle_ns: int, now_ns: int) -> None:
    """Somebody being there is activity: note it for the sessions whose last is older than `every_ns`."""
    query = select(SessionRow).where(
        SessionRow.ended_ns.is_(None), SessionRow.last_ns <= now_ns - every_ns, present()
    )
    with catalog.reading() as session:
        if session.scalars(query.limit(1)).first() is None:
            return
    with catalog.writing() as session:
        for row in session.scalars(query).all():
            _touch(session, row, idle_ns, now_ns)


def let_go(catalog: Catalog) -> None:
    """Nobody is connected when a server starts: whoever still was when the last one ended, left then."""
    query = select(SessionParticipantRow).where(SessionParticipantRow.left_ns.is_(None))
    with catalog.reading() as session:
        if session.scalars(query.limit(1)).first() is None:
            return
    with catalog.writing() as session:
        for member in session.scalars(query).all():
            row = session.get_one(SessionRow, (member.project, member.session))
            member.left_ns = max(row.last_ns, member.joined_ns)
            _tell_of(
                session, row, PARTICIPANT_LEFT, member.left_ns, {**_who(member), "reason": "connection lost"}
            )


def _of_rooms(catalog: Catalog, project: str, sightings: Sequence[Sighting]) -> Iterator[Sighting]:
    """Those that name a room, or a session of one: conversations are none of the catalog's business."""
    yield from (one for one in sightings if one.room)
    rest = [one for one in sightings if not one.room]
    for start in range(0, len(rest), MOST_SEEN):
        part = rest[start : start + MOST_SEEN]
        query = select(SessionRow.id).where(
            SessionRow.project == project, SessionRow.id.in_([one.session for one in part])
        )
        with catalog.reading() as session:
            known = set(session.scalars(query))
        yield from (one for one in part if one.session in known)


def _see(session: Database, project: str, sighting: Sighting, idle_ns: int, now_ns: int) -> None:
    known = session.get(SessionRow, (project, sighting.session)) if sighting.session else None
    room = sighting.room if known is None else known.room
    if not room:
        return
    sighting = replace(sighting, room=room)
    if known is not None:
        known.heard_ns = now_ns
        if (
            known.own_first_ns <= sighting.first_ns
            and sighting.last_ns <= known.own_last_ns
            and not known.is_unnamed
        ):
            return
    low, high = windows.reach(None if known is None else _window(known), sighting, idle_ns)
    near = select(SessionRow).where(
        SessionRow.project == project,
        SessionRow.room == room,
        SessionRow.last_ns >= low,
        SessionRow.started_ns <= high,
    )
    if sighting.session:
        # Many conversations may go on in a room at once: none of them changes another.
        near = near.where(SessionRow.is_unnamed)
    rows = {row.id: row for row in session.scalars(near)}
    if known is not None:
        rows[known.id] = known
    before = {row.id: _window(row) for row in rows.values()}
    after = windows.see(before, sighting, idle_ns, lambda: str(uuid.uuid4()))
    for window in windows.changed(before, after):
        row = rows.get(window.id)
        if row is None:
            row = SessionRow(project=project, id=window.id)
            session.add(row)
        _write(row, window, now_ns)
        _tell_of_change(session, row, before.get(window.id), window, sighting)


def _touch(session: Database, row: SessionRow, idle_ns: int, now_ns: int) -> None:
    """The session is heard of now."""
    if row.ended_by not in CLOSED:
        now = Sighting(room=row.room, session=row.id, first_ns=now_ns, last_ns=now_ns)
        _see(session, row.project, now, idle_ns, now_ns)


def _tell_of_change(
    session: Database, row: SessionRow, before: Window | None, after: Window, sighting: Sighting
) -> None:
    was_live = before is not None and before.is_shown and before.ended_by is None
    is_live = after.is_shown and after.ended_by is None
    if is_live and before is None:
        _tell_of(session, row, ROOM_STARTED, after.started_ns, {})
    elif is_live and not was_live and before is not None:
        again_ns = max(sighting.first_ns, before.ended_ns or 0)
        _tell_of(session, row, ROOM_STARTED, again_ns, {"resumed": True})
    elif was_live and not after.is_shown:
        _tell_of(session, row, ROOM_ENDED, after.last_ns, {"by": windows.MERGED, "into": after.merged_into})


def _tell_of(session: Database, row: SessionRow, type_: str, at_ns: int, data: dict[str, Any]) -> None:
    event = RoomEvent(room=row.room, session=row.id, type=type_, at_ns=at_ns, data=data)
    note_event(session, row.project, event)


def _present_in(session: Database, row: SessionRow) -> list[SessionParticipantRow]:
    member = SessionParticipantRow
    query = (
        select(member)
        .where(member.project == row.project, member.session == row.id, member.left_ns.is_(None))
        .order_by(member.joined_ns, member.id)
    )
    return list(session.scalars(query))


def _who(member: SessionParticipantRow) -> dict[str, Any]:
    return {"id": member.id, "name": member.name, "role": member.role}


def _window(row: SessionRow) -> Window:
    return Window(
        id=row.id,
        room=row.room,
        is_unnamed=row.is_unnamed,
        own_first_ns=row.own_first_ns,
        own_last_ns=row.own_last_ns,
        started_ns=row.started_ns,
        last_ns=row.last_ns,
        ended_ns=row.ended_ns,
        ended_by=row.ended_by,
        merged_into=row.merged_into,
    )


def _write(row: SessionRow, window: Window, now_ns: int) -> None:
    for name, value in asdict(window).items():
        setattr(row, name, value)
    row.heard_ns = now_ns
