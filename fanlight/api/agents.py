"""Agents."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.activity import with_activity
from fanlight.api.answers import described, json_response, page_of, ref
from fanlight.api.parameters import TIME, NamePage, Scoped
from fanlight.api.services import services_of
from fanlight.api.times import parse_time_or_none
from fanlight.catalog import agents
from fanlight.catalog.registered import Version, find_by_name, list_versions
from fanlight.model.activity import Activity
from fanlight.model.pricing import AgentPricing, read_pricing
from fanlight.query.activity import By
from fanlight.query.page import Page
from fanlight.query.times import bounded, rfc3339

router = APIRouter(prefix="/api/v1/projects/{project}/agents", tags=["agents"])


class AgentVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version that was published here: who did it, and when."""

    version: str
    published_by: str
    created_at: str


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """An agent that was heard of, and what its runs came to.

    `pricing` is told of one alone, when its author published a price tag; so are its `versions`, the newest
    first, at most a hundred.
    """

    name: str
    first_seen_at: str
    last_seen_at: str
    activity: Activity | None = None
    pricing: AgentPricing | None = None
    versions: list[AgentVersion] = []


class AgentPage(NamePage):
    """A page of agents, and of what time their runs are."""

    since: str = Field("", alias="from", max_length=64, description=f"Earliest start of a run. {TIME}")
    until: str = Field("", alias="to", max_length=64, description=f"First start not included. {TIME}")

    def window(self, request: Request) -> tuple[int, int]:
        """[since, until) in ns. Raises InvalidError."""
        now_ns = services_of(request).clock.now_ns()
        return bounded(parse_time_or_none(self.since, now_ns), parse_time_or_none(self.until, now_ns))


@router.get("", **described(page_of(Agent)))
async def list_agents(request: Request, scope: Scoped, page: Annotated[AgentPage, Query()]) -> Response:
    """Agents by name, each with what its runs came to in a time, or ever."""
    found = await asyncio.to_thread(
        agents.list_agents, services_of(request).catalog, scope.project_id, **page.place("agents")
    )
    shown = page.of("agents", [_shape(each) for each in found])
    return json_response(await with_activity(request, scope, By.AGENT, shown, page.window(request)))


@router.get("/{agent:path}", **described(ref(Agent)))
async def get_agent(request: Request, scope: Scoped, agent: str) -> Response:
    """One agent, with the price tag of its charm.yaml and its versions if it was published here."""
    catalog = services_of(request).catalog
    found = await asyncio.to_thread(agents.get_agent, catalog, scope.project_id, agent)
    published = await asyncio.to_thread(find_by_name, catalog, scope.project_id, agent)
    shape = _shape(found)
    if published is not None:
        versions = await asyncio.to_thread(list_versions, catalog, published)
        shape = msgspec.structs.replace(
            shape,
            pricing=read_pricing(published.pricing),
            versions=[_version(each) for each in versions],
        )
    told = Page(items=[shape])
    return json_response((await with_activity(request, scope, By.AGENT, told)).items[0])


def _shape(agent: agents.Agent) -> Agent:
    return Agent(
        name=agent.name,
        first_seen_at=rfc3339(agent.first_seen_ns),
        last_seen_at=rfc3339(agent.last_seen_ns),
    )


def _version(version: Version) -> AgentVersion:
    return AgentVersion(
        version=version.version,
        published_by=version.published_by,
        created_at=rfc3339(version.created_ns),
    )
