"""Projects."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

import msgspec
from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.access.principal import Principal, Right
from fanlight.api.answers import described, json_response, page_of, ref
from fanlight.api.door import PRINCIPAL
from fanlight.api.parameters import Scoped, Strict
from fanlight.api.services import services_of
from fanlight.api.visitor import note, principal_of
from fanlight.catalog import members, projects
from fanlight.catalog.people import OWNER
from fanlight.catalog.retention import MOST_DAYS
from fanlight.catalog.settings import set_project as change_project
from fanlight.errors import ForbiddenError
from fanlight.model.limits import check_limits, is_raise
from fanlight.model.privacy import to_note
from fanlight.model.project import NAME_PATTERN
from fanlight.query.page import Page
from fanlight.query.times import rfc3339

router = APIRouter(prefix="/api/v1/projects", tags=["projects"])


class ProjectPrivacy(msgspec.Struct, frozen=True, kw_only=True):
    """What a project keeps out of its telemetry. Tokens of well-known shapes are masked whatever this says.

    `personal` are kinds of personal data, `patterns` regular expressions of its own by name.
    """

    personal: tuple[str, ...]
    patterns: dict[str, str]
    mask_secrets: bool
    capture_content: bool


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """A project. `retention_days` is None where the server's setting holds; `limits` are those of its own."""

    name: str
    display_name: str
    created_at: str
    retention_days: int | None
    limits: dict[str, float]
    privacy: ProjectPrivacy


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
            renews=False,
            clock=services.clock,
        )
        services.gate.people_changed()
    await note(request, "project.made", made.name, made.name)
    return json_response(_shape(made), 201)


class PrivacySettings(Strict):
    """What can be changed of a project's privacy; what is left out stays. It holds for what comes then."""

    personal: list[str] = Field(
        [], max_length=20, description="Kinds of personal data to mask: card, email, phone, iban."
    )
    patterns: dict[str, str | None] = Field(
        {},
        max_length=50,
        description="Regular expressions (RE2) by name, whose finds are masked; null takes one away.",
    )
    mask_secrets: bool = Field(True, strict=True, description="Mask the project's declared secrets.")
    capture_content: bool = Field(
        True, strict=True, description="Keep messages, arguments and results of tools, and documents."
    )


class ProjectSettings(Strict):
    """What can be changed of a project; what is left out stays."""

    display_name: str = Field("", max_length=200, description="What people read.")
    retention_days: int | None = Field(
        None,
        ge=0,
        le=MOST_DAYS,
        strict=True,
        description="Days that telemetry is kept, 0 = for ever, null = as the server's setting says.",
    )
    limits: dict[str, float | None] = Field(
        {},
        max_length=50,
        description="Limits by name, see GET limits: 0 = none, null = as the server's setting says. More than"
        " the server gives is for its administrators alone.",
    )
    privacy: PrivacySettings | None = Field(None, description="What is kept out of the telemetry.")


@router.put("/{project}", **described(ref(Project)))
async def set_project(request: Request, scope: Scoped, settings: ProjectSettings) -> Response:
    """Change a project's settings.

    With fewer days what is older is removed within a day; what came while fewer days held is not kept for
    longer by a later change.
    """
    catalog, name = services_of(request).catalog, scope.project_id
    changes = settings.model_dump(exclude_unset=True)
    if changes.get("privacy") is None:
        changes.pop("privacy", None)
    _check_raise(request, settings.limits)
    project = await asyncio.to_thread(change_project, catalog, name, changes)
    if "privacy" in changes:
        changes["privacy"] = to_note(changes["privacy"])
    await note(request, "project.changed", name, name, **changes)
    return json_response(_shape(project))


def _check_raise(request: Request, changes: dict[str, float | None]) -> None:
    check_limits(changes)
    server = services_of(request).quotas.limits().server
    if is_raise(server, changes) and Right.SERVER not in principal_of(request).rights:
        raise ForbiddenError(
            "a project's limits are raised above the server's by its administrators alone",
            hint="ask one of them; lower ones may be set",
        )


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
        limits=dict(project.limits),
        privacy=ProjectPrivacy(**asdict(project.privacy)),
    )
