"""Whether the server lives and accepts, and its own metrics for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from fanlight.api.answers import described
from fanlight.api.services import services_of
from fanlight.errors import OverloadError

router = APIRouter(tags=["server"])

TEXT = {"type": "string"}
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/healthz", **described(TEXT, media_type="text/plain"))
async def healthz() -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz", **described(TEXT, media_type="text/plain"))
async def readyz(request: Request) -> Response:
    """The server accepts telemetry."""
    if services_of(request).is_ready():
        return PlainTextResponse("ready\n")
    raise OverloadError("the server does not accept telemetry now", hint="it starts, stops, or is full")


@router.get("/metrics", **described(TEXT, media_type="text/plain"))
async def metrics(request: Request) -> Response:
    """What was received, stored, rejected and dropped, in the text format of Prometheus."""
    return Response(services_of(request).metrics(), headers={"content-type": PROMETHEUS})
