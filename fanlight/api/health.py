"""What became of the telemetry that was sent, and what it takes up."""

from __future__ import annotations

import asyncio
from functools import partial

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fanlight.access.principal import Principal, Right
from fanlight.api.answers import described, json_response, ref
from fanlight.api.door import PRINCIPAL
from fanlight.api.parameters import Scoped
from fanlight.api.services import services_of
from fanlight.catalog import projects
from fanlight.model.disk import Disk
from fanlight.model.ledger import LedgerSnapshot
from fanlight.query.disk import get_disk

router = APIRouter(prefix="/api/v1/projects/{project}", tags=["projects"])


@router.get("/health", **described(ref(LedgerSnapshot)))
async def get_health(request: Request, scope: Scoped) -> Response:
    """The server's ledger: received = stored + rejected + dropped + ..., with reasons, by signal.

    The last refused requests are given to administrators of the server, for it is not known whose they were;
    what room the disk has left in figures, too. Whether telemetry finds room is told to all.
    `masked` counts values of this project alone.
    """
    snapshot = as_told(services_of(request).ledger(), request.scope[PRINCIPAL], scope.project_id)
    return json_response(snapshot)


def as_told(snapshot: LedgerSnapshot, principal: Principal, project: str | None) -> LedgerSnapshot:
    """The ledger as `principal` may see it who asks about `project`; None is the whole server."""
    masked = [each for each in snapshot.masked if project in {None, each.project}]
    snapshot = msgspec.structs.replace(snapshot, masked=masked)
    if Right.SERVER in principal.rights:
        return snapshot
    disk = snapshot.disk and msgspec.structs.replace(snapshot.disk, free_bytes=None)
    return msgspec.structs.replace(snapshot, refusals=[], disk=disk)


@router.get("/disk", **described(ref(Disk)))
async def get_disk_use(request: Request, scope: Scoped) -> Response:
    """What the project takes up on disk, by signal; administrators of the server are told of all of it."""
    services = services_of(request)
    principal: Principal = request.scope[PRINCIPAL]
    others: frozenset[str] | None = None
    if Right.SERVER in principal.rights:
        known = await asyncio.to_thread(projects.list_projects, services.catalog)
        others = frozenset(each.name for each in known if principal.rights_on(each.name))
    question = partial(
        get_disk, services.store, project=scope.project_id, others=others, now_ns=services.clock.now_ns()
    )
    return json_response(await services.workers.ask(question, request.receive))
