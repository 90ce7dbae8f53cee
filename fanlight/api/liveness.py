"""Whether the server lives and accepts, and its own metrics for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from fanlight.access.principal import Right
from fanlight.api.answers import described
from fanlight.api.health import as_told
from fanlight.api.services import services_of
from fanlight.api.visitor import principal_of
from fanlight.errors import OverloadError
from fanlight.model.disk import DiskState
from fanlight.model.ledger import render_prometheus

router = APIRouter(tags=["server"])

TEXT = {"type": "string"}
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/healthz", **described(TEXT, media_type="text/plain"))
async def healthz() -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz", **described(TEXT, media_type="text/plain"))
async def readyz(request: Request) -> Response:
    """The server accepts requests. While its disk is full that is reading alone, and the text says so."""
    services = services_of(request)
    if services.is_ready():
        disk = services.ledger().disk
        if disk is not None and disk.state is DiskState.FULL:
            return PlainTextResponse("degraded: the disk is full, telemetry is refused\n")
        return PlainTextResponse("ready\n")
    raise OverloadError("the server does not accept telemetry now", hint="it starts, stops, or is full")


@router.get("/metrics", **described(TEXT, media_type="text/plain"))
async def metrics(request: Request) -> Response:
    """What was received, stored, rejected and dropped, in the text format of Prometheus.

    No project stands in it by name. A key that reads a project gets what that project's health shows;
    administrators of the server get the room on the disk, and who was not let in, as well.
    """
    services, principal = services_of(request), principal_of(request)
    snapshot = as_told(services.ledger(), principal, principal.project_id)
    text = render_prometheus(snapshot) + services.metrics(Right.SERVER in principal.rights)
    return Response(text, headers={"content-type": PROMETHEUS})
