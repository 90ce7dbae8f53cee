"""One's own account: the places where one is signed in, and the password."""

from __future__ import annotations

import asyncio

import msgspec
from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.access.principal import Principal
from fanlight.api.answers import described, json_response, page_of
from fanlight.api.parameters import Strict
from fanlight.api.services import services_of
from fanlight.api.visitor import note, principal_of, visit_of
from fanlight.catalog import logins
from fanlight.errors import NotFoundError
from fanlight.query.page import Page
from fanlight.query.times import rfc3339

router = APIRouter(prefix="/api/v1/account", tags=["account"])


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """A place where the caller is signed in; `current` is the one that asks."""

    id: str
    kind: str
    label: str
    created_at: str
    last_used_at: str
    expires_at: str
    current: bool


class NewPassword(Strict):
    """The password that one has, and the one to come."""

    old: str = Field(min_length=1, max_length=1_024)
    new: str = Field(min_length=1, max_length=1_024, description="At least 12 characters.")


@router.get("/logins", **described(page_of(Login)))
async def list_logins(request: Request) -> Response:
    """Where the caller is signed in, newest first."""
    principal = _person(request)
    found = await asyncio.to_thread(
        logins.list_logins, services_of(request).catalog, str(principal.person_id)
    )
    return json_response(Page(items=[_shape(each, principal) for each in found]))


@router.delete("/logins/{login_id}", **described({"type": "null"}))
async def end_login(request: Request, login_id: str) -> Response:
    """Sign out at one place."""
    services, principal = services_of(request), _person(request)
    mine = await asyncio.to_thread(logins.list_logins, services.catalog, str(principal.person_id))
    if login_id not in {each.id for each in mine}:
        raise NotFoundError(f"no login {login_id[:64]!r}")
    await asyncio.to_thread(logins.end_login, services.catalog, login_id)
    services.gate.people_changed()
    await note(request, "logout", None, principal.name, login=login_id)
    return json_response(None)


@router.post("/password", **described({"type": "null"}))
async def change_password(request: Request, given: NewPassword) -> Response:
    """Take a new password. All other logins of the account end."""
    admission = services_of(request).admission
    await admission.change_password(_person(request), given.old, given.new, visit_of(request))
    return json_response(None)


def _person(request: Request) -> Principal:
    principal = principal_of(request)
    if principal.person_id is None:
        raise NotFoundError(
            f"{principal.name} has no account", hint="people have; keys and local mode do not"
        )
    return principal


def _shape(login: logins.Login, principal: Principal) -> Login:
    return Login(
        id=login.id,
        kind=login.kind,
        label=login.label,
        created_at=rfc3339(login.created_ns),
        last_used_at=rfc3339(login.used_ns),
        expires_at=rfc3339(login.expires_ns),
        current=login.id == principal.login_id,
    )
