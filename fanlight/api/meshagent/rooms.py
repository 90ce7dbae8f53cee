"""Rooms, and the way into one."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.access.principal import Right
from fanlight.access.roles import ROOM_RIGHTS, RoomRole
from fanlight.api.answers import described, ref
from fanlight.api.meshagent.answers import answer, list_of
from fanlight.api.meshagent.parameters import CURSOR, PROJECT
from fanlight.api.parameters import Scoped, Strict
from fanlight.api.services import services_of
from fanlight.api.visitor import note, origin_of, principal_of, rights_of
from fanlight.catalog import rooms
from fanlight.errors import ConflictError, InvalidError
from fanlight.model.meshagent import Connection, MeshRoom
from fanlight.model.room import check_strict_name
from fanlight.query.meshagent.text import bare, harmless
from fanlight.query.page import decode_cursor, encode_cursor

router = APIRouter(prefix=f"{PROJECT}/rooms", tags=["meshagent"])


class RoomPage(Strict):
    """A page of rooms by name."""

    page_size: int = Field(100, ge=1, le=1_000, description="Most rooms in one page.")
    continuation_token: str | None = Field(None, max_length=4_096, description=CURSOR)
    filter: str = Field("", max_length=200, description="What their names contain.")
    view: str | None = Field(None, max_length=64, description="Changes nothing: a room is shown whole.")


class NewRoom(Strict):
    """What a room is made of. Fanlight keeps no metadata, annotations or permissions of rooms."""

    name: str = Field(max_length=200)
    if_not_exists: bool = False
    metadata: dict[str, Any] | None = None
    annotations: dict[str, str] | None = None
    permissions: dict[str, Any] | None = None


class NewConnection(Strict):
    """Who takes part, and as what: with the caller's own rights, or with those of a role in the room."""

    role: Literal["user", "agent", "tool"] = "user"
    room_role: RoomRole | None = None


_LIST = list_of("rooms", MeshRoom)
_LIST["properties"]["continuation_token"] = _LIST["properties"]["next"]
_LIST["properties"]["total"] = {"type": "integer"}


@router.get("", **described(_LIST))
async def list_rooms(request: Request, scope: Scoped, page: Annotated[RoomPage, Query()]) -> Response:
    """Rooms by name, and how many there are."""
    catalog, project = services_of(request).catalog, scope.project_id
    after = decode_cursor(page.continuation_token, "rooms", str)[0] if page.continuation_token else ""
    asked = partial(rooms.list_rooms, limit=page.page_size + 1, after=after, containing=bare(page.filter))
    found = await asyncio.to_thread(asked, catalog, project)
    total = await asyncio.to_thread(
        partial(rooms.count_rooms, containing=bare(page.filter)), catalog, project
    )
    shown = found[: page.page_size]
    following = encode_cursor("rooms", shown[-1].name) if len(found) > page.page_size else None
    told = [_shape(each.name) for each in shown]
    return answer({"rooms": told, "total": total, "continuation_token": following, "next": following})


@router.post("", **described(ref(MeshRoom)))
async def create_room(request: Request, scope: Scoped, new: NewRoom) -> Response:
    """Make a room; with `if_not_exists` one that is there is as good."""
    for what in ("metadata", "annotations", "permissions"):
        if getattr(new, what):
            raise InvalidError(f"Fanlight keeps no {what} of rooms", hint=f"make the room without {what}")
    services = services_of(request)
    name = check_strict_name(new.name)
    make = partial(rooms.create_room, services.catalog, scope.project_id, name, clock=services.clock)
    try:
        await asyncio.to_thread(make)
    except ConflictError:
        if not new.if_not_exists:
            raise
    else:
        await note(request, "room.made", scope.project_id, name)
    return answer(_shape(name))


@router.get("/{room}", **described(ref(MeshRoom)))
async def get_room(request: Request, scope: Scoped, room: str) -> Response:
    """One room."""
    catalog, name = services_of(request).catalog, bare(room)
    found = await asyncio.to_thread(rooms.get_room, catalog, scope.project_id, name)
    return answer(_shape(found.name))


@router.post("/{room}/connect", **described(ref(Connection)))
async def connect(request: Request, scope: Scoped, room: str, new: NewConnection | None = None) -> Response:
    """A participant's token for the room. Whoever may read telemetry may write and read developer logs there.

    The room itself is made when its WebSocket is opened.
    """
    services, new = services_of(request), new or NewConnection()
    rights = rights_of(request)
    if new.room_role is not None:
        rights &= ROOM_RIGHTS[new.room_role]
    token = services.gate.participants.token(
        principal_of(request),
        scope.project_id,
        check_strict_name(room),
        may_log=Right.READ in rights,
        role=new.role,
    )
    await note(request, "room.connected", scope.project_id, room, role=new.room_role)
    base = services.config.base_path.strip("/")
    place = f"{origin_of(request)}{f'/{base}' if base else ''}/rooms/{quote(room)}"
    made = Connection(
        jwt=token,
        room_name=room,
        project_id=scope.project_id,
        room_url=place.replace("http", "ws", 1),
    )
    response = answer(made)
    response.headers["cache-control"] = "no-store"
    return response


def _shape(name: str) -> MeshRoom:
    shown = harmless(name)
    return MeshRoom(id=shown, name=shown)
