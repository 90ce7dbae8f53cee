"""Room events: what happened to a room, its sessions, its participants and its services."""

from __future__ import annotations

from typing import Any

import msgspec

EVENT = "fanlight.room.event"
"""The event name of the log records that they are stored as."""

TYPE = "fanlight.event.type"
"""The attribute that says which event it is."""

ROOM_STARTED = "room.started"
ROOM_ENDED = "room.ended"
PARTICIPANT_JOINED = "participant.joined"
PARTICIPANT_LEFT = "participant.left"
SERVICE_STARTED = "service.started"
SERVICE_RESTARTED = "service.restarted"
SERVICE_STOPPED = "service.stopped"


class RoomEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened at `at_ns`. What is recorded follows from these facts alone."""

    room: str
    session: str
    type: str
    at_ns: int
    data: dict[str, Any] = {}


class RoomHappening(msgspec.Struct, frozen=True, kw_only=True):
    """A room event as it is shown; `id` is that of its log record. An item of the live stream."""

    id: str
    time: str
    type: str
    room: str | None
    session: str | None
    data: Any
