"""Members of a project, and invites to become one."""

from __future__ import annotations

import asyncio

import msgspec
from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.access.roles import role_of
from fanlight.api.answers import described, json_response, page_of, ref
from fanlight.api.parameters import Scoped, Strict
from fanlight.api.services import services_of
from fanlight.api.visitor import note, principal_of, visit_of
from fanlight.catalog import members, one_time
from fanlight.catalog.one_time import Purpose
from fanlight.catalog.people import normal_email
from fanlight.query.page import Page
from fanlight.query.times import rfc3339, rfc3339_or_none

router = APIRouter(prefix="/api/v1/projects/{project}", tags=["members"])

_ROLE = Field(max_length=32, description="owner, maintainer, viewer, or one of MeshAgent's roles.")


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A person in the project."""

    person_id: str
    email: str
    name: str
    role: str
    since: str


class Invite(msgspec.Struct, frozen=True, kw_only=True):
    """An invite that was sent; `accepted_at` is None while nobody has come by it."""

    id: str
    email: str
    role: str
    by: str
    created_at: str
    expires_at: str
    accepted_at: str | None


class CreatedInvite(msgspec.Struct, frozen=True, kw_only=True):
    """A new invite; `token` is told this once."""

    invite: Invite
    token: str


class NewRole(Strict):
    """A person's role in the project."""

    email: str = Field(min_length=3, max_length=320)
    role: str = _ROLE


@router.get("/members", **described(page_of(Member)))
async def list_members(request: Request, scope: Scoped) -> Response:
    """The members, by address; all on one page."""
    found = await asyncio.to_thread(members.list_members, services_of(request).catalog, scope.project_id)
    return json_response(Page(items=[member_shown(each) for each in found]))


@router.put("/members", **described(ref(Member)))
async def set_member(request: Request, scope: Scoped, given: NewRole) -> Response:
    """Give somebody who is registered a role. The last owner stays one."""
    services = services_of(request)
    member = await asyncio.to_thread(
        members.set_role,
        services.catalog,
        scope.project_id,
        normal_email(given.email),
        role_of(given.role),
        clock=services.clock,
    )
    services.gate.people_changed()
    await _note(request, scope, "member.role", member.email, role=member.role)
    return json_response(member_shown(member))


@router.delete("/members/{person_id}", **described(ref(Member)))
async def remove_member(request: Request, scope: Scoped, person_id: str) -> Response:
    """Take somebody out of the project. The last owner stays."""
    services = services_of(request)
    gone = await asyncio.to_thread(members.remove_member, services.catalog, scope.project_id, person_id)
    services.gate.people_changed()
    await _note(request, scope, "member.removed", gone.email)
    return json_response(member_shown(gone))


@router.get("/invites", **described(page_of(Invite)))
async def list_invites(request: Request, scope: Scoped) -> Response:
    """Invites of the last week, newest first."""
    found = await asyncio.to_thread(
        one_time.list_one_time, services_of(request).catalog, Purpose.INVITE, project=scope.project_id
    )
    return json_response(Page(items=[_invite(each) for each in found]))


@router.post("/invites", **described(ref(CreatedInvite), status=201))
async def invite(request: Request, scope: Scoped, given: NewRole) -> Response:
    """Ask somebody into the project. They come in with the token, within a week."""
    made, token = await services_of(request).admission.invite(
        principal_of(request), scope.project_id, given.email, given.role, visit_of(request)
    )
    response = json_response(CreatedInvite(invite=_invite(made), token=token), 201)
    response.headers["cache-control"] = "no-store"
    return response


@router.delete("/invites/{invite_id}", **described(ref(Invite)))
async def withdraw_invite(request: Request, scope: Scoped, invite_id: str) -> Response:
    """Take an invite back."""
    gone = await asyncio.to_thread(
        one_time.drop_one_time,
        services_of(request).catalog,
        Purpose.INVITE,
        invite_id,
        project=scope.project_id,
    )
    await _note(request, scope, "invite.withdrawn", str(gone.data["email"]))
    return json_response(_invite(gone))


async def _note(request: Request, scope: Scoped, action: str, target: str, **detail: str) -> None:
    await note(request, action, scope.project_id, target, **detail)


def member_shown(member: members.Member) -> Member:
    return Member(
        person_id=member.person_id,
        email=member.email,
        name=member.name,
        role=member.role,
        since=rfc3339(member.created_ns),
    )


def _invite(found: one_time.OneTime) -> Invite:
    return Invite(
        id=found.id,
        email=str(found.data["email"]),
        role=str(found.data["role"]),
        by=str(found.data["by"]),
        created_at=rfc3339(found.created_ns),
        expires_at=rfc3339(found.expires_ns),
        accepted_at=rfc3339_or_none(found.used_ns),
    )
