"""Environment variables of agents: set, named and removed, but never told."""

from __future__ import annotations

import asyncio
from functools import partial
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
from fanlight.catalog import variables
from fanlight.catalog.registered import check_agent
from fanlight.query.page import Page
from fanlight.query.times import rfc3339

router = APIRouter(prefix="/api/v1/projects/{project}/agents", tags=["agents"])


class AgentVariable(msgspec.Struct, frozen=True, kw_only=True):
    """A variable of an agent, without its value: who set it last, and when."""

    name: str
    updated_at: str
    updated_by: str


class NewVariables(Strict):
    """Variables to be set; the others stay as they are."""

    variables: dict[str, str] = Field(min_length=1, max_length=200, description="Values by name.")


@router.get("/{agent:path}/env", **described(page_of(AgentVariable)))
async def list_variables(request: Request, scope: Scoped, agent: str) -> Response:
    """The names of an agent's variables; no answer ever has a value."""
    catalog = services_of(request).catalog
    await asyncio.to_thread(check_agent, catalog, scope.project_id, agent)
    found = await asyncio.to_thread(variables.list_variables, catalog, scope.project_id, agent)
    return _answer(found)


@router.put("/{agent:path}/env", **described(page_of(AgentVariable)))
async def set_variables(request: Request, scope: Scoped, agent: str, new: NewVariables) -> Response:
    """Set variables. They are encrypted here, and given to the process of a run and to nobody else."""
    services = services_of(request)
    await asyncio.to_thread(check_agent, services.catalog, scope.project_id, agent)
    write = partial(
        variables.set_variables,
        services.catalog,
        services.keyring,
        scope.project_id,
        agent,
        new.variables,
        by=principal_of(request).name,
        clock=services.clock,
    )
    found = await asyncio.to_thread(write)
    await note(request, "agent.env.set", scope.project_id, agent, names=sorted(new.variables))
    return _answer(found)


@router.delete("/{agent:path}/env", **described(page_of(AgentVariable)))
async def remove_variable(
    request: Request, scope: Scoped, agent: str, name: Annotated[str, Query(min_length=1, max_length=128)]
) -> Response:
    """Forget a variable; those that are left."""
    catalog = services_of(request).catalog
    await asyncio.to_thread(check_agent, catalog, scope.project_id, agent)
    await asyncio.to_thread(variables.remove_variable, catalog, scope.project_id, agent, name)
    await note(request, "agent.env.removed", scope.project_id, agent, names=[name])
    return _answer(await asyncio.to_thread(variables.list_variables, catalog, scope.project_id, agent))


def _answer(found: list[variables.Variable]) -> Response:
    items = [
        AgentVariable(name=each.name, updated_at=rfc3339(each.updated_ns), updated_by=each.updated_by)
        for each in found
    ]
    return json_response(Page(items=items))
