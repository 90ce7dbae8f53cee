"""Agents."""

from __future__ import annotations

import asyncio

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.activity import with_activity
from fanlight.api.answers import described, json_response, page_of, ref
from fanlight.api.parameters import Named, Scoped
from fanlight.api.services import services_of
from fanlight.catalog import agents
from fanlight.catalog.registered import find_by_name
from fanlight.model.activity import Activity
from fanlight.model.pricing import AgentPricing, read_pricing
from fanlight.query.activity import By
from fanlight.query.page import Page
from fanlight.query.times import rfc3339

router = APIRouter(prefix="/api/v1/projects/{project}/agents", tags=["agents"])


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """An agent that was heard of, and what its runs came to.

    `pricing` is told of one alone, when its author published a price tag.
    """

    name: str
    first_seen_at: str
    last_seen_at: str
    activity: Activity | None = None
    pricing: AgentPricing | None = None


@router.get("", **described(page_of(Agent)))
async def list_agents(request: Request, scope: Scoped, page: Named) -> Response:
    """Agents by name."""
    found = await asyncio.to_thread(
        agents.list_agents, services_of(request).catalog, scope.project_id, **page.place("agents")
    )
    shown = page.of("agents", [_shape(each) for each in found])
    return json_response(await with_activity(request, scope, By.AGENT, shown))


@router.get("/{agent:path}", **described(ref(Agent)))
async def get_agent(request: Request, scope: Scoped, agent: str) -> Response:
    """One agent, with the price tag of its charm.yaml if it was published here."""
    catalog = services_of(request).catalog
    found = await asyncio.to_thread(agents.get_agent, catalog, scope.project_id, agent)
    published = await asyncio.to_thread(find_by_name, catalog, scope.project_id, agent)
    pricing = read_pricing(published.pricing) if published is not None else None
    told = Page(items=[msgspec.structs.replace(_shape(found), pricing=pricing)])
    return json_response((await with_activity(request, scope, By.AGENT, told)).items[0])


def _shape(agent: agents.Agent) -> Agent:
    return Agent(
        name=agent.name,
        first_seen_at=rfc3339(agent.first_seen_ns),
        last_seen_at=rfc3339(agent.last_seen_ns),
    )
