"""Sessions of rooms and conversations of agents, the one heard of last first."""

from __future__ import annotations

from fanlight.catalog.database import Catalog
from fanlight.model.meshagent import MeshSession
from fanlight.model.project import ProjectScope
from fanlight.model.session import Kind, Session
from fanlight.query.grammar import quoted
from fanlight.query.meshagent.text import harmless
from fanlight.query.page import MAX_LIMIT, Page, check_limit, encode_cursor
from fanlight.query.sessions import NOUN, list_sessions
from fanlight.query.times import nanoseconds
from fanlight.store.contract import Store

BOTH: frozenset[Kind] = frozenset({"room", "conversation"})
ROOMS: frozenset[Kind] = frozenset({"room"})
CONVERSATIONS: frozenset[Kind] = frozenset({"conversation"})


def list_mesh_sessions(
    store: Store,
    scope: ProjectScope,
    catalog: Catalog,
    *,
    now_ns: int,
    idle_ns: int,
    kinds: frozenset[Kind] = BOTH,
    rooms: frozenset[str] | None = None,
    room: str = "",
    agent: str = "",
    active: bool = False,
    limit: int = 25,
    cursor: str | None = None,
) -> Page:
    """Sessions of some `kinds`: of `room`, with a run of `agent`, and those still active alone.

    With `rooms` those of no other room are listed.

    Raises:
        InvalidError: the cursor or the limit is wrong.
    """
    check_limit(limit)
    q = f"agent:{quoted(agent)}" if agent else ""
    found: list[Session] = []
    # A page of all may hold few that are wanted.
    step = limit if kinds == BOTH and rooms is None else MAX_LIMIT
    while True:
        page = list_sessions(
            store,
            scope,
            catalog,
            now_ns=now_ns,
            idle_ns=idle_ns,
            q=q,
            room=room,
            active=active,
            limit=step,
            cursor=cursor,
        )
        found += [each for each in page.items if each.kind in kinds and (rooms is None or each.room in rooms)]
        if len(found) > limit or (len(found) == limit and page.next is not None):
            return Page(items=[mesh_session(each) for each in found[:limit]], next=_behind(found[limit - 1]))
        cursor = page.next
        if cursor is None:
            return Page(items=[mesh_session(each) for each in found])


def mesh_session(session: Session) -> MeshSession:
    """A session as MeshAgent's clients read it."""
    agents = session.activity.agents if session.activity is not None else []
    agent = harmless(agents[0]) if agents and session.room is None else None
    room = None if session.room is None else harmless(session.room)
    return MeshSession(
        id=harmless(session.id),
        room_id=room,
        room_name=room or "",
        created_at=session.started_at,
        is_active=session.is_active,
        participants=session.participants,
        kind="room" if session.kind == "room" else "agent",
        agent_id=agent,
        agent_name=agent,
        last_at=session.last_at,
        ended_at=session.ended_at,
        ended_by=session.ended_by,
    )


def _behind(session: Session) -> str:
    return encode_cursor(NOUN, nanoseconds(session.last_at), session.id)
