"""Runs."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fanlight.access.principal import Right
from fanlight.api.answers import ask, described, page_of, ref
from fanlight.api.parameters import Paged, Scoped
from fanlight.api.visitor import note_reading, rights_of
from fanlight.model.run import Run
from fanlight.query import outline, runs

router = APIRouter(prefix="/api/v1/projects/{project}/runs", tags=["runs"])


@router.get("", **described(page_of(Run)))
async def list_runs(request: Request, scope: Scoped, window: Paged) -> Response:
    """Runs that started in the window, newest first; input and output are left out.

    Whoever may not read telemetry sees which agent ran, when, and how it ended.
    """
    rights = rights_of(request)
    if Right.READ in rights:
        return await ask(request, runs.list_runs, scope, **window.page(request))
    usage = Right.USAGE in rights
    return await ask(request, outline.list_outlines, scope, usage=usage, **window.page(request))


@router.get("/{run_id}", **described(ref(Run)))
async def get_run(request: Request, scope: Scoped, run_id: str) -> Response:
    """One run with its input and output, for whoever may read telemetry."""
    rights = rights_of(request)
    if Right.READ in rights:
        answer = await ask(request, runs.get_run, scope, run_id)
        await note_reading(request, f"run {run_id}")
        return answer
    return await ask(request, outline.get_outline, scope, run_id, usage=Right.USAGE in rights)
