"""Keys of a project."""

from __future__ import annotations

import asyncio

import msgspec
from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import described, json_response, page_of, ref
from fanlight.api.parameters import TIME, Scoped, Strict
from fanlight.api.services import services_of
from fanlight.api.times import parse_time_or_none
from fanlight.api.visitor import note
from fanlight.catalog import keys
from fanlight.catalog.keys import KeyScope
from fanlight.catalog.limits import set_key_limits
from fanlight.query.page import Page
from fanlight.query.times import rfc3339, rfc3339_or_none

router = APIRouter(prefix="/api/v1/projects/{project}/keys", tags=["keys"])


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key without its secret. Times that have not come are None; `limits` are rates of its own."""

    id: str
    name: str
    scopes: list[KeyScope]
    limits: dict[str, float]
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    revoked_at: str | None


class CreatedKey(msgspec.Struct, frozen=True, kw_only=True):
    """A new key; `secret` is its whole text and is told this once."""

    key: Key
    secret: str


class NewKey(Strict):
    """What a key is made of."""

    name: str = Field(min_length=1, max_length=200, description="Who or what will use it.")
    scopes: list[KeyScope] = Field(
        [KeyScope.INGEST], min_length=1, max_length=10, description="What it may do."
    )
    expires_at: str | None = Field(None, max_length=64, description=f"{TIME} Without it the key stays valid.")


@router.get("", **described(page_of(Key)))
async def list_keys(request: Request, scope: Scoped) -> Response:
    """The project's keys, revoked ones too, oldest first; all on one page."""
    found = await asyncio.to_thread(keys.list_keys, services_of(request).catalog, scope.project_id)
    return json_response(Page(items=[_shape(each) for each in found]))


@router.post("", **described(ref(CreatedKey), status=201))
async def create_key(request: Request, scope: Scoped, new: NewKey) -> Response:
    """Make a key. Its text is in this answer and nowhere else."""
    services = services_of(request)
    key, text = await asyncio.to_thread(
        keys.create_key,
        services.catalog,
        scope.project_id,
        name=new.name,
        scopes=new.scopes,
        expires_ns=parse_time_or_none(new.expires_at, services.clock.now_ns()),
        clock=services.clock,
    )
    await note(request, "key.made", scope.project_id, key.id, name=key.name, scopes=sorted(key.scopes))
    response = json_response(CreatedKey(key=_shape(key), secret=text.reveal()), 201)
    response.headers["cache-control"] = "no-store"
    return response


class KeySettings(Strict):
    """What can be changed of a key."""

    limits: dict[str, float | None] = Field(
        max_length=20, description="Rates of its own, below its project's: null takes one away."
    )


@router.put("/{key_id}", **described(ref(Key)))
async def set_key(request: Request, scope: Scoped, key_id: str, settings: KeySettings) -> Response:
    """Change how much a key may send; it holds within 5 seconds."""
    catalog, project = services_of(request).catalog, scope.project_id
    changed = await asyncio.to_thread(set_key_limits, catalog, project, key_id, settings.limits)
    await note(request, "key.changed", project, changed.id, name=changed.name, limits=settings.limits)
    return json_response(_shape(changed))


@router.delete("/{key_id}", **described(ref(Key)))
async def revoke_key(request: Request, scope: Scoped, key_id: str) -> Response:
    """Revoke a key for good; within 5 seconds nobody gets in with it."""
    services = services_of(request)
    revoked = await asyncio.to_thread(
        keys.revoke_key, services.catalog, scope.project_id, key_id, clock=services.clock
    )
    await note(request, "key.revoked", scope.project_id, revoked.id, name=revoked.name)
    return json_response(_shape(revoked))


def _shape(key: keys.Key) -> Key:
    return Key(
        id=key.id,
        name=key.name,
        scopes=sorted(key.scopes),
        limits=dict(key.limits),
        created_at=rfc3339(key.created_ns),
        expires_at=rfc3339_or_none(key.expires_ns),
        last_used_at=rfc3339_or_none(key.used_ns),
        revoked_at=rfc3339_or_none(key.revoked_ns),
    )
