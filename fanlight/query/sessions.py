"""Sessions: those of rooms, which the catalog knows, and conversations, which are what runs say they are."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import cast

from fanlight.catalog import sessions as catalog_sessions
from fanlight.catalog.database import Catalog
from fanlight.catalog.sessions import RoomSession, Wanted, find_session, find_sessions
from fanlight.errors import NotFoundError
from fanlight.model.activity import Activity
from fanlight.model.project import ProjectScope
from fanlight.model.session import EndedBy, Session
from fanlight.query.activity import activities_of, conversations
from fanlight.query.filter import Condition, Query, compile_filter
from fanlight.query.page import Page, check_limit, decode_cursor, encode_cursor
from fanlight.query.times import LATEST_NS, bounded, nanoseconds, rfc3339
from fanlight.query.within import Within, within
from fanlight.store.contract import Store

CHUNK_GROWTH = 4
MOST_IN_CHUNK = 1_000
NOUN = "sessions"

Place = tuple[int, str]
"""When a session was last heard of, in nanoseconds, and its id: the place of one in the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list of sessions is asked for; `now_ns` and `idle_ns` say which are active.

    With a filter (`has_filter`) those are listed that have a run which matches `condition`.
    """

    condition: Condition
    has_filter: bool
    since_ns: int
    until_ns: int
    room: str
    active: bool
    now_ns: int
    idle_ns: int


def list_sessions(
    store: Store,
    scope: ProjectScope,
    catalog: Catalog,
    *,
    now_ns: int,
    idle_ns: int,
    q: str | Query = "",
    since_ns: int | None = None,
    until_ns: int | None = None,
    room: str = "",
    active: bool = False,
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """Sessions of rooms and conversations, the one heard of last first.

    Those of a room went on in [since, until), and conversations had a run begin in it. `activity` is of the
    runs that began in it and match `q`; with a filter only those are listed that have such a run.

    Raises:
        InvalidError: the filter, the cursor or the limit is wrong.
    """
    check_limit(limit)
    since, until = bounded(since_ns, until_ns)
    asked = Asked(
        condition=compile_filter(store, "runs", q).flat(),
        has_filter=bool(q.text if isinstance(q, Query) else q),
        since_ns=since,
        until_ns=until,
        room=room,
        active=active,
        now_ns=now_ns,
        idle_ns=idle_ns,
    )
    before: Place = (LATEST_NS, "")
    if cursor is not None:
        last_ns, last_id = decode_cursor(cursor, NOUN, int, str)
        before = last_ns, last_id
    sources = [_of_rooms(store, scope, catalog, asked, before, limit + 1)]
    if not room:
        sources.append(_conversations(store, scope, catalog, asked, before, limit + 1))
    found = list(islice(heapq.merge(*sources, key=lambda one: one[0], reverse=True), limit + 1))
    items = [session for _, session in found[:limit]]
    more = len(found) > limit
    return Page(items=items, next=encode_cursor(NOUN, *found[limit - 1][0]) if more else None)


def get_session(
    store: Store, scope: ProjectScope, catalog: Catalog, session_id: str, *, now_ns: int, idle_ns: int
) -> tuple[Session, Within]:
    """One session with its activity, and what belongs to it.

    The id of a session that became a part of another gives that one.

    Raises:
        NotFoundError: the project has no such session.
    """
    known = find_session(catalog, scope.project_id, session_id)
    if known is not None:
        activity = activities_of(store, scope, [known], idle_ns).get(known.id)
        return shown(known, now_ns=now_ns, idle_ns=idle_ns, activity=activity), within(known, idle_ns)
    asked = Asked(
        condition=Within(session=session_id).condition("runs"),
        has_filter=False,
        since_ns=0,
        until_ns=LATEST_NS,
        room="",
        active=False,
        now_ns=now_ns,
        idle_ns=idle_ns,
    )
    for _, session in _conversations(store, scope, catalog, asked, (LATEST_NS, ""), 1):
        return session, Within(session=session_id)
    raise NotFoundError(
        f"no session {session_id[:128]!r} in project {scope.project_id}", hint="fanlight sessions lists them"
    )


def shown(session: RoomSession, *, now_ns: int, idle_ns: int, activity: Activity | None = None) -> Session:
    """A session of a room. One that is idle ended when it was last heard of, told yet or not."""
    active = session.is_active(now_ns, idle_ns)
    ended_ns = session.last_ns if session.ended_ns is None else session.ended_ns
    return Session(
        id=session.id,
        room=session.room,
        kind="room",
        is_active=active,
        started_at=rfc3339(session.started_ns),
        last_at=rfc3339(session.last_ns),
        ended_at=None if active else rfc3339(ended_ns),
        ended_by=None if active else cast("EndedBy", session.ended_by or "idle"),
        participants=dict(session.participants),
        activity=activity,
    )


def _of_rooms(
    store: Store, scope: ProjectScope, catalog: Catalog, asked: Asked, before: Place, chunk: int
) -> Iterator[tuple[Place, Session]]:
    wanted = Wanted(
        now_ns=asked.now_ns,
        idle_ns=asked.idle_ns,
        room=asked.room,
        since_ns=asked.since_ns,
        until_ns=asked.until_ns,
        active=asked.active,
    )
    while True:
        found = catalog_sessions.list_sessions(catalog, scope.project_id, wanted, before=before, limit=chunk)
        activities = _activities(store, scope, found, asked)
        for each in found:
            activity = activities.get(each.id)
            if activity is not None or not asked.has_filter:
                session = shown(each, now_ns=asked.now_ns, idle_ns=asked.idle_ns, activity=activity)
                yield (each.last_ns, each.id), session
        if len(found) < chunk:
            return
        before = found[-1].last_ns, found[-1].id
        chunk = min(chunk * CHUNK_GROWTH, MOST_IN_CHUNK)


def _activities(
    store: Store, scope: ProjectScope, sessions: Sequence[RoomSession], asked: Asked
) -> Mapping[str, Activity]:
    window = (asked.since_ns, asked.until_ns)
    return activities_of(store, scope, sessions, asked.idle_ns, asked.condition, window)


def _conversations(
    store: Store, scope: ProjectScope, catalog: Catalog, asked: Asked, before: Place, chunk: int
) -> Iterator[tuple[Place, Session]]:
    while True:
        window = (asked.since_ns, asked.until_ns)
        found = conversations(store, scope, asked.condition, window, before, chunk)
        # Some run of theirs named a room: then they are listed as that room's.
        of_rooms = find_sessions(catalog, scope.project_id, [each.name for each in found])
        for each in found:
            before = nanoseconds(each.last_at), each.name
            is_active = before[0] + asked.idle_ns > asked.now_ns
            if asked.active and not is_active:
                return
            if each.name not in of_rooms:
                yield before, _conversation(each, is_active)
        if len(found) < chunk:
            return
        chunk = min(chunk * CHUNK_GROWTH, MOST_IN_CHUNK)


def _conversation(activity: Activity, is_active: bool) -> Session:
    return Session(
        id=activity.name,
        room=None,
        kind="conversation",
        is_active=is_active,
        started_at=activity.first_at,
        last_at=activity.last_at,
        ended_at=None if is_active else activity.last_at,
        ended_by=None if is_active else "idle",
        activity=activity,
    )
