"""What runs in a room: told by whoever runs it, shown with where its logs are."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Path
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import described, json_response, ref
from fanlight.api.parameters import Scoped, Strict
from fanlight.api.services import Services, services_of
from fanlight.catalog import rooms
from fanlight.catalog.services import list_services
from fanlight.model.project import ProjectScope
from fanlight.model.service import Service, ServiceReport, check_service_name
from fanlight.query.services import service_shown

router = APIRouter(prefix="/api/v1/projects/{project}/rooms/{room}/services", tags=["rooms"])

MAX_TEXT = 256
_TEXT = Field(None, max_length=MAX_TEXT)


class ServiceList(msgspec.Struct, frozen=True, kw_only=True):
    """The services of a room by name; those that are gone stay, as they were."""

    items: list[Service]


class NewReport(Strict):
    """How a service is. What is not known is left out, never 0."""

    kind: str = Field("process", min_length=1, max_length=MAX_TEXT, examples=["process", "container"])
    state: Literal["starting", "running", "restarting", "stopped", "failed"]
    image: str | None = _TEXT
    version: str | None = _TEXT
    restarts: int | None = Field(None, strict=True, ge=0, lt=2**31, description="Since it was first started.")
    cpu_percent: float | None = Field(
        None, strict=True, ge=0, lt=1e6, allow_inf_nan=False, description="100 is one core at work."
    )
    memory_bytes: int | None = Field(None, strict=True, ge=0, lt=2**63)
    run_id: str | None = Field(None, max_length=MAX_TEXT, description="The run whose agent it is.")


Name = Annotated[str, Path(description="Unique in its room, best the `service.name` of its telemetry.")]


@router.get("", **described(ref(ServiceList)))
async def list_room_services(request: Request, scope: Scoped, room: str) -> Response:
    """What runs or ran in the room. What said nothing for a minute, and should, is `unknown`."""
    found = await asyncio.to_thread(_shown, services_of(request), scope, room)
    return json_response(ServiceList(items=found))


@router.put("/{service:path}", **described(ref(Service)))
async def put_service(
    request: Request, scope: Scoped, room: str, service: Name, report: NewReport
) -> Response:
    """Report a service: again every 20 s or so while it runs, at once when its state changes.

    The room is made on first use, and its session goes on. That a service starts, restarts or stops follows
    from its reports, and is told once as an event of the room.
    """
    services = services_of(request)
    told = ServiceReport(name=check_service_name(service), **report.model_dump())
    await services.occupancy.report_service(scope.project_id, room, told)
    found = await asyncio.to_thread(_shown, services, scope, room)
    return json_response(next(each for each in found if each.name == service))


def _shown(services: Services, scope: ProjectScope, room: str) -> list[Service]:
    rooms.get_room(services.catalog, scope.project_id, room)
    now_ns = services.clock.now_ns()
    found = list_services(services.catalog, scope.project_id, room)
    return [service_shown(each, now_ns=now_ns) for each in found]
