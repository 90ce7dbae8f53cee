"""What a client asks first: how this deployment's parts are reached."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fanlight import __version__
from fanlight.api.answers import described, ref
from fanlight.api.meshagent.answers import answer
from fanlight.api.visitor import origin_of

router = APIRouter(tags=["meshagent"])


class Domains(msgspec.Struct, frozen=True, kw_only=True):
    """Host names. What Fanlight has no part for is None."""

    studio: str | None = None
    accounts: str | None = None
    powerboards: str | None = None
    api: str | None = None
    mail: str | None = None
    pages: str | None = None
    registry: str | None = None


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """A deployment as MeshAgent's command line knows it."""

    domains: Domains
    version: str


@router.get("/config", **described(ref(Deployment)))
async def get_config(request: Request) -> Response:
    """The name that the server was asked by, for all of its parts."""
    host = origin_of(request).partition("://")[2]
    domains = Domains(studio=host, accounts=host, api=host)
    return answer(Deployment(domains=domains, version=__version__))
