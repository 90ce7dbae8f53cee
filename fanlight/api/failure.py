"""Why a run failed."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import ask, described, ref
from fanlight.api.parameters import Scoped
from fanlight.api.services import services_of
from fanlight.api.visitor import note_reading
from fanlight.model.failure import Failure
from fanlight.query.failure.reader import get_failure as answer

router = APIRouter(prefix="/api/v1/projects/{project}/runs", tags=["runs"])


@router.get("/{run_id}/failure", **described(ref(Failure)))
async def get_failure(request: Request, scope: Scoped, run_id: str) -> Response:
    """The first cause, the last symptom and the way between, by rules alone."""
    told = await ask(request, answer, scope, run_id, clock=services_of(request).clock)
    await note_reading(request, f"run {run_id}")
    return told
