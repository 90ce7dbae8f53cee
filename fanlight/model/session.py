"""Sessions: one live run of a room, or one conversation; and who takes part in it."""

from __future__ import annotations

from typing import Literal

import msgspec

from fanlight.model.activity import Activity

Kind = Literal["room", "conversation"]
EndedBy = Literal["idle", "killed", "ended"]
"""Nothing was heard for long; somebody stopped it; its owner said that it is over."""


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """Who is in a room: a connection of a person, an agent or a program.

    `id` is unique in its session, `role` is the participant's own word (user, agent, tool, ...).
    """

    id: str
    name: str
    role: str


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One live run of a room, or a conversation of runs that name no room (`room` is None).

    `id` is what the telemetry names; activity in a room that names none gets one from the server. `last_at`
    is when something was last heard of it; a session that ended idle ended then. `participants` are those in
    the room now, counted by role; None for conversations. `activity` is what its runs came to, if any.
    """

    id: str
    room: str | None
    kind: Kind
    is_active: bool
    started_at: str
    last_at: str
    ended_at: str | None = None
    ended_by: EndedBy | None = None
    participants: dict[str, int] | None = None
    activity: Activity | None = None
