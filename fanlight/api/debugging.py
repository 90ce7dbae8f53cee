"""What is known of a failed run, in the order in which it is debugged."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fanlight.access.principal import Right
from fanlight.api.answers import described, json_response, ref
from fanlight.api.parameters import Scoped
from fanlight.api.services import Services, services_of
from fanlight.api.visitor import note_reading, rights_of
from fanlight.catalog.registered import find_by_name, get_definition
from fanlight.catalog.variables import list_variables
from fanlight.model.debugging import Debugging, NeededVariable, PublishedAgent, read_published
from fanlight.model.project import ProjectScope
from fanlight.query import debugging
from fanlight.query.times import rfc3339

router = APIRouter(prefix="/api/v1/projects/{project}/runs", tags=["runs"])


@router.get("/{run_id}/debugging", **described(ref(Debugging)))
async def get_debugging(request: Request, scope: Scoped, run_id: str) -> Response:
    """How the same input went otherwise, what the published agent says, and the variables that it needs.

    Whether a variable is set is told to whoever may see the agent's environment; no answer has a value.
    """
    services = services_of(request)
    may_know = Right.ADMIN in rights_of(request)
    told = await services.workers.ask(
        partial(_debugging, services, scope, run_id, may_know=may_know), request.receive
    )
    await note_reading(request, f"run {run_id}")
    return json_response(told)


def _debugging(services: Services, scope: ProjectScope, run_id: str, *, may_know: bool) -> Debugging:
    read = debugging.read_run(services.store, scope, run_id, clock=services.clock)
    published = _published(services, scope, read.run.agent)
    declared = published.variables if published else []
    blamed = debugging.named_variables(debugging.errors_of(read))
    known: set[str] | None = None
    if may_know:
        found = list_variables(services.catalog, scope.project_id, read.run.agent) if read.run.agent else []
        known = {each.name for each in found}
    return Debugging(
        run_id=run_id,
        input=debugging.same_input(services.store, scope, read.run),
        published=published,
        variables=[
            NeededVariable(
                name=name,
                declared=name in declared,
                named_by_error=name in blamed,
                is_set=None if known is None else name in known,
            )
            for name in dict.fromkeys([*blamed, *declared])
        ],
    )


def _published(services: Services, scope: ProjectScope, agent: str | None) -> PublishedAgent | None:
    found = find_by_name(services.catalog, scope.project_id, agent) if agent else None
    if found is None:
        return None
    return read_published(
        get_definition(services.catalog, found),
        agent_id=found.id,
        version=found.version,
        published_at=rfc3339(found.updated_ns),
    )
