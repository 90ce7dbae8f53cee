"""Whose agent, whose run: Charm's routes name no project, so it is found by what they do name."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial

from starlette.requests import Request

from fanlight.access.gate import check_known
from fanlight.access.principal import Principal, Right
from fanlight.api.door import SCOPE
from fanlight.api.services import Services, services_of
from fanlight.api.visitor import principal_of
from fanlight.catalog.projects import ensure_project, list_projects
from fanlight.catalog.registered import Registered, find_registered
from fanlight.errors import InvalidError, NotFoundError
from fanlight.model.project import DEFAULT, ProjectScope, check_name
from fanlight.query.agent_logs import find_agent_of_id
from fanlight.query.run_events import read_run_events
from fanlight.query.runs import get_run

PROJECT_HEADER = "x-fanlight-project"
NO_AGENT = "there is no such agent"
NO_RUN = "there is no such run"


async def registered_agent(request: Request, agent_id: str, right: Right) -> tuple[ProjectScope, Registered]:
    """A published agent, and the right to its project.

    Raises:
        NotFoundError: there is none of that id, or it is a stranger's: both look the same.
        ForbiddenError: it is in a project of the caller's, who may not do this there.
    """
    services, principal = services_of(request), principal_of(request)
    found = await asyncio.to_thread(find_registered, services.catalog, agent_id)
    named = request.headers.get(PROJECT_HEADER)
    mine = [each for each in found if principal.rights_on(each.project) and named in {None, each.project}]
    if not mine:
        raise NotFoundError(NO_AGENT, hint="publish it: charm push")
    # One who has the right somewhere is not told of a copy elsewhere where they have not.
    best = next((each for each in mine if right in principal.rights_on(each.project)), mine[0])
    return services.gate.scope(principal, best.project, right), best


async def named_agent(request: Request, agent_id: str, right: Right) -> tuple[ProjectScope, str]:
    """The name of an agent, published or known by its telemetry alone, and the right to its project.

    Raises:
        NotFoundError: there is none of that id, or it is a stranger's: both look the same.
        ForbiddenError: it is in a project of the caller's, who may not do this there.
    """
    try:
        scope, agent = await registered_agent(request, agent_id, right)
    except NotFoundError:
        services, principal = services_of(request), principal_of(request)
        names: dict[str, str] = {}

        def is_there(scope: ProjectScope) -> bool:
            name = find_agent_of_id(services.store, scope, agent_id)
            if name is not None:
                names[scope.project_id] = name
            return name is not None

        project = await _first(request, is_there)
        if project is None:
            raise
        return services.gate.scope(principal, project, right), names[project]
    return scope, agent.name


async def run_scope(request: Request, run_id: str) -> ProjectScope:
    """The right to read a run.

    Raises:
        NotFoundError: there is no such run, or it is a stranger's: both look the same.
        ForbiddenError: it is in a project of the caller's, who may not read there.
    """
    given = request.scope.get(SCOPE)
    if isinstance(given, ProjectScope):  # a token of this very run: the door let it in
        return given
    services, principal = services_of(request), principal_of(request)
    project = services.executions.find_project(run_id)
    if project is None or not principal.rights_on(project):
        project = await _first(request, partial(has_run, services, run_id))
    if project is None:
        raise NotFoundError(NO_RUN, hint="fanlight runs lists them")
    return services.gate.scope(principal, project, Right.READ)


async def publishing_scope(request: Request, agent_id: str | None, right: Right) -> ProjectScope:
    """The project that an agent is published into: where it is already, or the caller's only one.

    Raises:
        ForbiddenError: the caller may publish nowhere.
        InvalidError: they may in several, and named none.
    """
    services, principal = services_of(request), principal_of(request)
    named = request.headers.get(PROJECT_HEADER)
    if principal.project_id is not None and principal.person_id is None:
        named = principal.project_id
    if named is None and principal.person_id is None:
        named = DEFAULT
    if named is None and agent_id is not None:
        found = await asyncio.to_thread(find_registered, services.catalog, agent_id)
        named = next((each.project for each in found if right in principal.rights_on(each.project)), None)
    if named is None:
        named = _only_one(principal, right)
    if principal.person_id is None and principal.project_id is None:
        await asyncio.to_thread(ensure_project, services.catalog, check_name(named), clock=services.clock)
    return services.gate.scope(principal, named, right)


def _only_one(principal: Principal, right: Right) -> str:
    check_known(principal)
    able = sorted(project for project, rights in principal.grants.items() if right in rights)
    if len(able) > 1:
        raise InvalidError(
            f"you may publish in {len(able)} projects: {', '.join(able)[:200]}",
            hint="use a key of the one that you mean: fanlight keys add, then charm auth manual",
        )
    if able:
        return able[0]
    # The gate says it in its own words: a member without the right, or a member of nothing.
    return min(principal.grants, default=DEFAULT)


async def _first(request: Request, is_there: Callable[[ProjectScope], bool]) -> str | None:
    """The first of the caller's projects of which `is_there` holds; it is asked in a worker thread."""
    services, principal = services_of(request), principal_of(request)
    projects = await asyncio.to_thread(_projects_of, services, principal, request.headers.get(PROJECT_HEADER))
    scopes = [services.gate.scope(principal, name, Right.LIST) for name in projects]

    def search() -> str | None:
        return next((scope.project_id for scope in scopes if is_there(scope)), None)

    return await services.workers.ask(search, request.receive)


def _projects_of(services: Services, principal: Principal, named: str | None) -> list[str]:
    names: Iterable[str]
    if principal.person_id is not None:
        names = sorted(principal.grants)
    elif principal.project_id is not None:
        names = [principal.project_id]
    else:
        names = [project.name for project in list_projects(services.catalog)]
    return [name for name in names if named in {None, name} and principal.rights_on(name)]


def has_run(services: Services, run_id: str, scope: ProjectScope) -> bool:
    """Whether anything of the run is stored: its spans, or its events, which may come before them."""
    try:
        get_run(services.store, scope, run_id)
    except NotFoundError:
        return bool(read_run_events(services.store, scope, run_id, limit=1))
    return True
