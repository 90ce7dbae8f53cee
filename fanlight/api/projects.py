"""Projects."""

from __future__ import annotations

import asyncio

import msgspec
from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.access.principal import Principal
from fanlight.api.answers import described, json_response, page_of, ref
from fanlight.api.door import PRINCIPAL
from fanlight.api.parameters import Scoped, Strict
from fanlight.api.services import services_of
from fanlight.api.visitor import note, principal_of
from fanlight.catalog import members, projects
from fanlight.catalog.people import OWNER
from fanlight.model.project import NAME_PATTERN
from fanlight.query.page import Page
from fanlight.query.times import rfc3339

router = APIRouter(prefix="/api/v1/projects", tags=["projects"])


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """A project. `retention_days` is None where the server's setting holds."""

    name: str
    display_name: str
    created_at: str
    retention_days: int | None


class NewProject(Strict):
    """What a project is made of."""

    name: str = Field(pattern=NAME_PATTERN, description="Names the project for ever, in addresses and keys.")
    display_name: str = Field("", max_length=200, description="What people read; the name when it is empty.")


@router.get("", **described(page_of(Project)))
async def list_projects(request: Request) -> Response:
    """The projects that the caller may read, by name; all on one page."""
    principal: Principal = request.scope[PRINCIPAL]
    found = await asyncio.to_thread(projects.list_projects, services_of(request).catalog)
    return json_response(Page(items=[_shape(each) for each in found if principal.rights_on(each.name)]))


@router.post("", **described(ref(Project), status=201))
async def create_project(request: Request, new: NewProject) -> Response:
    """Make a project, and whoever asks its owner. In local mode the first telemetry makes one, too."""
    services = services_of(request)
    made = await asyncio.to_thread(
        projects.create_project,
        services.catalog,
        new.name,
        display_name=new.display_name,
        clock=services.clock,
    )
    principal = principal_of(request)
    if principal.person_id is not None:  # somebody must be able to ask others in
        await asyncio.to_thread(
            members.set_role,
            services.catalog,
            made.name,
            principal.name,
            OWNER,
            clock=services.clock,
        )
        services.gate.people_changed()
    await note(request, "project.made", made.name, made.name)
    return json_response(_shape(made), 201)


@router.get("/{project}", **described(ref(Project)))
async def get_project(request: Request, scope: Scoped) -> Response:
    """One project."""
    catalog = services_of(request).catalog
    return json_response(_shape(await asyncio.to_thread(projects.get_project, catalog, scope.project_id)))


def _shape(project: projects.Project) -> Project:
    return Project(
        name=project.name,
        display_name=project.display_name,
        created_at=rfc3339(project.created_ns),
        retention_days=project.retention_days,
    )
