"""Secrets that a project declares to have them masked: set, named and removed, but never told."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import described, json_response, page_of
from fanlight.api.parameters import Scoped, Strict
from fanlight.api.services import services_of
from fanlight.api.visitor import note, principal_of
from fanlight.catalog import declared
from fanlight.query.page import Page
from fanlight.query.times import rfc3339

router = APIRouter(prefix="/api/v1/projects/{project}/secrets", tags=["projects"])


class ProjectSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A declared secret, without its value: who set it last, and when."""

    name: str
    updated_at: str
    updated_by: str


class NewSecrets(Strict):
    """Secrets to be declared; the others stay as they are."""

    secrets: dict[str, str] = Field(min_length=1, max_length=200, description="Values by name.")


@router.get("", **described(page_of(ProjectSecret)))
async def list_secrets(request: Request, scope: Scoped) -> Response:
    """The names of the project's declared secrets; no answer ever has a value."""
    return await _answer(request, scope)


@router.put("", **described(page_of(ProjectSecret)))
async def declare_secrets(request: Request, scope: Scoped, new: NewSecrets) -> Response:
    """Declare values that are masked in everything that comes from now on, within 5 s, in many encodings.

    They are encrypted here, and used to find them and for nothing else.
    """
    services = services_of(request)
    await asyncio.to_thread(
        declared.declare_secrets,
        services.catalog,
        services.keyring,
        scope.project_id,
        new.secrets,
        by=principal_of(request).name,
        clock=services.clock,
    )
    await note(request, "project.secrets.set", scope.project_id, scope.project_id, names=sorted(new.secrets))
    return await _answer(request, scope)


@router.delete("", **described(page_of(ProjectSecret)))
async def remove_secret(
    request: Request, scope: Scoped, name: Annotated[str, Query(min_length=1, max_length=128)]
) -> Response:
    """Mask a value no more; those that are left. What is stored already stays masked."""
    await asyncio.to_thread(declared.remove_secret, services_of(request).catalog, scope.project_id, name)
    await note(request, "project.secrets.removed", scope.project_id, scope.project_id, names=[name])
    return await _answer(request, scope)


async def _answer(request: Request, scope: Scoped) -> Response:
    found = await asyncio.to_thread(declared.list_secrets, services_of(request).catalog, scope.project_id)
    items = [
        ProjectSecret(name=each.name, updated_at=rfc3339(each.updated_ns), updated_by=each.updated_by)
        for each in found
    ]
    return json_response(Page(items=items))
