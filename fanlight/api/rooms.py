"""Rooms."""

from __future__ import annotations

import asyncio

import msgspec
from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.activity import with_activity
from fanlight.api.answers import described, json_response, page_of, ref
from fanlight.api.parameters import Named, Scoped, Strict
from fanlight.api.services import services_of
from fanlight.api.visitor import note
from fanlight.catalog import rooms
from fanlight.model.activity import Activity
from fanlight.model.room import MAX_NAME_LENGTH
from fanlight.query.activity import By
from fanlight.query.page import Page
from fanlight.query.times import rfc3339

router = APIRouter(prefix="/api/v1/projects/{project}/rooms", tags=["rooms"])


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """A durable place of work, and what its runs came to, if it had any."""

    name: str
    created_at: str
    activity: Activity | None = None


class NewRoom(Strict):
    """What a room is made of."""

    name: str = Field(min_length=1, max_length=MAX_NAME_LENGTH)


@router.get("", **described(page_of(Room)))
async def list_rooms(request: Request, scope: Scoped, page: Named) -> Response:
    """Rooms by name."""
    found = await asyncio.to_thread(
        rooms.list_rooms, services_of(request).catalog, scope.project_id, **page.place("rooms")
    )
    shown = page.of("rooms", [_shape(each) for each in found])
    return json_response(await with_activity(request, scope, By.ROOM, shown))


@router.post("", **described(ref(Room), status=201))
async def create_room(request: Request, scope: Scoped, new: NewRoom) -> Response:
    """Make a room."""
    services = services_of(request)
    made = await asyncio.to_thread(
        rooms.create_room, services.catalog, scope.project_id, new.name, clock=services.clock
    )
    await note(request, "room.made", scope.project_id, made.name)
    return json_response(_shape(made), 201)


@router.get("/{room}", **described(ref(Room)))
async def get_room(request: Request, scope: Scoped, room: str) -> Response:
    """One room."""
    catalog = services_of(request).catalog
    found = Page(items=[_shape(await asyncio.to_thread(rooms.get_room, catalog, scope.project_id, room))])
    return json_response((await with_activity(request, scope, By.ROOM, found)).items[0])


def _shape(room: rooms.Room) -> Room:
    return Room(name=room.name, created_at=rfc3339(room.created_ns))
