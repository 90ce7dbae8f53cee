"""The server about itself: what Studio's shell and its empty pages need."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fanlight import __version__
from fanlight.api.answers import described, json_response, ref
from fanlight.api.services import services_of

router = APIRouter(prefix="/api/v1", tags=["server"])


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """A server. `epoch` names its store; `mode` is local; the OTLP addresses are None where a port is off."""

    version: str
    epoch: str
    mode: str
    otlp_http: str | None
    otlp_grpc: str | None
    readers: int
    max_body_bytes: int
    retention_days: int


@router.get("/server", **described(ref(Server)))
async def get_server(request: Request) -> Response:
    """Version, mode and where OTLP is taken."""
    services = services_of(request)
    endpoints = services.endpoints()
    return json_response(
        Server(
            version=__version__,
            epoch=services.store.epoch,
            mode="guarded" if services.gate.guarded else "local",
            otlp_http=endpoints.otlp_http,
            otlp_grpc=endpoints.otlp_grpc,
            readers=services.broker.readers,
            max_body_bytes=services.config.max_body_bytes,
            retention_days=services.config.retention_days,
        )
    )
