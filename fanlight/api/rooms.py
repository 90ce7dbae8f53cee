"""Rooms."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.activity import with_activity
from fanlight.api.answers import described, json_response, page_of, ref
from fanlight.api.parameters import NamePage, Scoped, Strict
from fanlight.api.services import Services, services_of
from fanlight.api.visitor import note
from fanlight.catalog import rooms
from fanlight.catalog.services import list_services, list_services_of
from fanlight.catalog.session_participants import list_present
from fanlight.catalog.sessions import find_all_live
from fanlight.model.activity import Activity
from fanlight.model.project import ProjectScope
from fanlight.model.room import MAX_NAME_LENGTH
from fanlight.model.service import Service
from fanlight.model.session import Participant, Session
from fanlight.query.activity import By
from fanlight.query.page import Page
from fanlight.query.services import service_shown
from fanlight.query.sessions import shown
from fanlight.query.times import rfc3339

router = APIRouter(prefix="/api/v1/projects/{project}/rooms", tags=["rooms"])


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """A durable place of work, the session that it is in, and what its runs came to, if it had any.

    `service_states` counts its services by their state, those that are gone as well.
    """

    name: str
    created_at: str
    session: Session | None = None
    service_states: dict[str, int] = {}
    activity: Activity | None = None


class RoomNow(Room, frozen=True, kw_only=True):
    """A room with who is in it now, and what runs or ran in it."""

    present: list[Participant]
    services: list[Service]


class RoomPage(NamePage):
    """A page of rooms by name."""

    containing: str = Field(
        "", max_length=MAX_NAME_LENGTH, description="Only those with this in their names."
    )


class NewRoom(Strict):
    """What a room is made of."""

    name: str = Field(min_length=1, max_length=MAX_NAME_LENGTH)


@router.get("", **described(page_of(Room)))
async def list_rooms(request: Request, scope: Scoped, page: Annotated[RoomPage, Query()]) -> Response:
    """Rooms by name."""
    catalog, asked = services_of(request).catalog, page.place("rooms")
    found = await asyncio.to_thread(
        rooms.list_rooms, catalog, scope.project_id, containing=page.containing, **asked
    )
    listed = page.of("rooms", await asyncio.to_thread(_shapes, services_of(request), scope, found))
    return json_response(await with_activity(request, scope, By.ROOM, listed))


@router.post("", **described(ref(Room), status=201))
async def create_room(request: Request, scope: Scoped, new: NewRoom) -> Response:
    """Make a room."""
    services = services_of(request)
    made = await asyncio.to_thread(
        rooms.create_room, services.catalog, scope.project_id, new.name, clock=services.clock
    )
    await note(request, "room.made", scope.project_id, made.name)
    return json_response(Room(name=made.name, created_at=rfc3339(made.created_ns)), 201)


@router.get("/{room}", **described(ref(RoomNow)))
async def get_room(request: Request, scope: Scoped, room: str) -> Response:
    """One room: its live session, who is in it, and its services."""
    found = await asyncio.to_thread(_room_now, services_of(request), scope, room)
    return json_response((await with_activity(request, scope, By.ROOM, Page(items=[found]))).items[0])


def _room_now(services: Services, scope: ProjectScope, name: str) -> RoomNow:
    catalog, project = services.catalog, scope.project_id
    room = rooms.get_room(catalog, project, name)
    session = _live(services, scope, [name]).get(name)
    now_ns = services.clock.now_ns()
    shown_services = [service_shown(each, now_ns=now_ns) for each in list_services(catalog, project, name)]
    return RoomNow(
        name=room.name,
        created_at=rfc3339(room.created_ns),
        session=session,
        service_states=Counter(each.state for each in shown_services),
        present=list_present(catalog, project, session.id) if session else [],
        services=shown_services,
    )


def _live(services: Services, scope: ProjectScope, names: list[str]) -> dict[str, Session]:
    """The live session of each room that is in one."""
    now_ns, idle_ns = services.clock.now_ns(), services.occupancy.idle_ns
    found = find_all_live(services.catalog, scope.project_id, names, now_ns=now_ns, idle_ns=idle_ns)
    return {name: shown(each, now_ns=now_ns, idle_ns=idle_ns) for name, each in found.items()}


def _shapes(services: Services, scope: ProjectScope, found: Sequence[rooms.Room]) -> list[Room]:
    names = [each.name for each in found]
    live = _live(services, scope, names)
    now_ns = services.clock.now_ns()
    states: dict[str, Counter[str]] = {name: Counter() for name in names}
    for known in list_services_of(services.catalog, scope.project_id, names):
        states[known.room][service_shown(known, now_ns=now_ns).state] += 1
    return [
        Room(
            name=each.name,
            created_at=rfc3339(each.created_ns),
            session=live.get(each.name),
            service_states=states[each.name],
        )
        for each in found
    ]
