"""Members of single rooms: people who see a room, whatever they are in its project."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.access.roles import RoomRole
from fanlight.api.answers import described, json_response, page_of, ref
from fanlight.api.members import Member, member_shown
from fanlight.api.parameters import Scoped, Strict
from fanlight.api.services import services_of
from fanlight.api.visitor import note
from fanlight.catalog import room_members
from fanlight.catalog.people import normal_email
from fanlight.query.page import Page

router = APIRouter(prefix="/api/v1/projects/{project}/rooms/{room}/members", tags=["rooms"])


class NewRoomRole(Strict):
    """A person's role in the room."""

    email: str = Field(min_length=3, max_length=320)
    role: RoomRole


@router.get("", **described(page_of(Member)))
async def list_room_members(request: Request, scope: Scoped, room: str) -> Response:
    """The members of the room, by address; all on one page. Those of its project are not among them."""
    catalog = services_of(request).catalog
    found = await asyncio.to_thread(room_members.list_room_members, catalog, scope.project_id, room)
    return json_response(Page(items=[member_shown(each) for each in found]))


@router.put("", **described(ref(Member)))
async def set_room_member(request: Request, scope: Scoped, room: str, given: NewRoomRole) -> Response:
    """Give somebody who is registered a role in the room."""
    services = services_of(request)
    member = await asyncio.to_thread(
        room_members.set_room_role,
        services.catalog,
        scope.project_id,
        room,
        normal_email(given.email),
        given.role,
        clock=services.clock,
    )
    services.gate.people_changed()
    await note(request, "room.member", scope.project_id, room, person=member.email, role=member.role)
    return json_response(member_shown(member))


@router.delete("/{person_id}", **described(ref(Member)))
async def remove_room_member(request: Request, scope: Scoped, room: str, person_id: str) -> Response:
    """Take somebody out of the room."""
    services = services_of(request)
    remove = room_members.remove_room_member
    gone = await asyncio.to_thread(remove, services.catalog, scope.project_id, room, person_id)
    services.gate.people_changed()
    await note(request, "room.member_removed", scope.project_id, room, person=gone.email)
    return json_response(member_shown(gone))
