"""What became of the telemetry that was sent."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fanlight.access.principal import Principal, Right
from fanlight.api.answers import described, json_response, ref
from fanlight.api.door import PRINCIPAL
from fanlight.api.parameters import Scoped
from fanlight.api.services import services_of
from fanlight.model.ledger import LedgerSnapshot

router = APIRouter(prefix="/api/v1/projects/{project}", tags=["projects"])


@router.get("/health", **described(ref(LedgerSnapshot)))
async def get_health(request: Request, scope: Scoped) -> Response:
    """The server's ledger: received = stored + rejected + dropped + ..., with reasons, by signal.

    The last refused requests are given to administrators of the server, for it is not known whose they were.
    """
    snapshot = services_of(request).ledger()
    principal: Principal = request.scope[PRINCIPAL]
    if Right.SERVER not in principal.rights:
        snapshot = msgspec.structs.replace(snapshot, refusals=[])
    return json_response(snapshot)
