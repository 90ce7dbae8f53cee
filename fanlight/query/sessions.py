"""Sessions as they are shown."""

from __future__ import annotations

from typing import cast

from fanlight.catalog.sessions import RoomSession
from fanlight.model.activity import Activity
from fanlight.model.session import EndedBy, Session
from fanlight.query.times import rfc3339


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
