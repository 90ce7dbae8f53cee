"""Deletions: what was asked to be erased, how far that is, and what went."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from fanlight.catalog.database import Catalog
from fanlight.catalog.projects import get_project
from fanlight.catalog.tables import DeletionRow, ProjectRow, SessionParticipantRow
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import InvalidError, NotFoundError
from fanlight.model.deletion import DeletionState, Erasure, hashed, is_hash

MOST_WAITING = 100
MOST_LISTED = 1_000
_GIVEN = (
    "run", "session", "user", "since_ns", "until_ns", "room", "room_since_ns", "room_until_ns",
)  # fmt: skip


def ask(catalog: Catalog, asked: Erasure, *, by: str, clock: Clock = SYSTEM) -> DeletionRow:
    """Write down what is to be erased.

    Raises:
        NotFoundError: there is no such project.
        InvalidError: nothing is named, or too many wait.
    """
    get_project(catalog, asked.project_id)
    given = {name: getattr(asked, name) for name in _GIVEN}
    nothing = Erasure(project_id=asked.project_id)
    if asked == nothing:
        raise InvalidError("nothing is named", hint="give a run, a session, a user, or a time")
    if asked.run and asked != Erasure(project_id=asked.project_id, run=asked.run):
        raise InvalidError("a run is named by itself", hint="leave the session, the user and the time out")
    row = DeletionRow(
        id=secrets.token_hex(8),
        project=asked.project_id,
        asked=json.dumps(given),
        asked_by=by,
        asked_ns=clock.now_ns(),
        state=DeletionState.WAITING,
        removed="{}",
    )
    with catalog.writing() as session:
        if len(session.scalars(_undone()).all()) >= MOST_WAITING:
            raise InvalidError(f"{MOST_WAITING} deletions wait already", hint="ask again when they are done")
        session.add(row)
        session.flush()
        session.expunge(row)
    return row


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A deletion as it is kept beside backups: it names no user, but a hash of theirs."""

    id: str
    project: str
    asked: str
    asked_by: str
    asked_ns: int


def records(catalog: Catalog) -> list[Record]:
    """Every deletion that was asked for, the oldest first."""
    query = select(DeletionRow).order_by(DeletionRow.asked_ns, DeletionRow.id)
    with catalog.reading() as session:
        return [
            Record(
                id=row.id,
                project=row.project,
                asked=_unnamed(row.asked),
                asked_by=row.asked_by,
                asked_ns=row.asked_ns,
            )
            for row in session.scalars(query)
        ]


def gone(catalog: Catalog) -> frozenset[str]:
    """The ids of those that are over."""
    with catalog.reading() as session:
        return frozenset(
            session.scalars(select(DeletionRow.id).where(DeletionRow.state == DeletionState.GONE))
        )


def ask_again(catalog: Catalog, record: Record) -> DeletionRow | None:
    """Have it done, maybe once more, in a catalog that may not know of it; None without such a project."""
    with catalog.writing() as session:
        if session.get(ProjectRow, record.project) is None:
            return None
        row = DeletionRow(
            id=record.id,
            project=record.project,
            asked=record.asked,
            asked_by=record.asked_by,
            asked_ns=record.asked_ns,
            state=DeletionState.WAITING,
            removed="{}",
        )
        row = session.merge(row)
        session.flush()
        session.expunge(row)
    return row


def list_deletions(catalog: Catalog, project: str) -> Sequence[DeletionRow]:
    """Those of a project, the newest first."""
    query = select(DeletionRow).where(DeletionRow.project == project).order_by(DeletionRow.asked_ns.desc())
    with catalog.reading() as session:
        return session.scalars(query.limit(MOST_LISTED)).all()


def get_deletion(catalog: Catalog, project: str, deletion_id: str) -> DeletionRow:
    """One of a project. Raises NotFoundError."""
    with catalog.reading() as session:
        found = session.get(DeletionRow, deletion_id)
    if found is None or found.project != project:
        raise NotFoundError(f"no deletion {deletion_id[:40]!r} in project {project}")
    return found


def next_deletion(catalog: Catalog) -> DeletionRow | None:
    """The oldest that can still be read, else the oldest that is not done."""
    with catalog.reading() as session:
        found: DeletionRow | None = session.scalar(_undone().limit(1))
        return found


def erasure_of(row: DeletionRow) -> Erasure:
    """What is to be erased."""
    return Erasure(project_id=row.project, **json.loads(row.asked))


def note(
    catalog: Catalog,
    row: DeletionRow,
    state: DeletionState,
    *,
    removed: Mapping[str, int],
    now_ns: int,
    error: str = "",
) -> DeletionRow:
    """Write down how far it is. Before the last step whoever was erased becomes a hash.

    Raises StoreError when the journal, which had the name, cannot be emptied; it is not gone then.
    """
    if state is DeletionState.GONE:
        _forget_whom(catalog, row.id)
    with catalog.writing() as session:
        found = session.get_one(DeletionRow, row.id)
        found.state = state
        found.removed = json.dumps(dict(removed))
        found.error = error or None
        if state is DeletionState.UNREADABLE and found.unreadable_ns is None:
            found.unreadable_ns = now_ns
            _forget_participants(session, erasure_of(found))
        if state is DeletionState.GONE:
            found.gone_ns = now_ns
        session.flush()
        session.expunge(found)
    return found


def _forget_whom(catalog: Catalog, deletion_id: str) -> None:
    with catalog.writing() as session:
        found = session.get_one(DeletionRow, deletion_id)
        found.asked = _unnamed(found.asked)
    catalog.forget_journal()


def _forget_participants(session: Session, asked: Erasure) -> None:
    """Who was in a room is in the catalog."""
    named = []
    if asked.session:
        named.append(SessionParticipantRow.session == asked.session)
    if asked.user:
        users = _users_of(session, asked) if is_hash(asked.user) else {asked.user}
        named.append(or_(SessionParticipantRow.name.in_(users), SessionParticipantRow.id.in_(users)))
    if named:
        in_project = SessionParticipantRow.project == asked.project_id
        session.execute(delete(SessionParticipantRow).where(in_project, *named))


def _users_of(session: Session, asked: Erasure) -> set[str]:
    """Participants whose name or id has the hash that is asked for."""
    found = select(SessionParticipantRow.name, SessionParticipantRow.id).distinct()
    rows = session.execute(found.where(SessionParticipantRow.project == asked.project_id))
    return {text for row in rows for text in row if hashed(text) == asked.user}


def _unnamed(asked: str) -> str:
    given = json.loads(asked)
    if given["user"] and not is_hash(given["user"]):
        given["user"] = hashed(given["user"])
    return json.dumps(given)


def _undone() -> Select[Any]:
    states = (DeletionState.WAITING, DeletionState.UNREADABLE)
    is_unreadable = DeletionRow.state == DeletionState.UNREADABLE
    return (
        select(DeletionRow).where(DeletionRow.state.in_(states)).order_by(is_unreadable, DeletionRow.asked_ns)
    )
