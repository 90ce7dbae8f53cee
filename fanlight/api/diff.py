"""Runs side by side."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import ask, described, ref
from fanlight.api.parameters import Scoped, Strict
from fanlight.api.services import services_of
from fanlight.api.visitor import note_reading
from fanlight.model.diff import RunDiff
from fanlight.query.diff import reader

router = APIRouter(prefix="/api/v1/projects/{project}/runs", tags=["runs"])


class DiffShape(Strict):
    """What is given of a comparison."""

    changed: bool = Field(False, description="Only steps that differ; the others are counted.")


class MedianShape(DiffShape):
    """What a run is compared with."""

    median: int = Field(20, ge=1, le=reader.MOST_RUNS, description="So many runs of its agent before it.")


@router.get("/{run_id}/diff", **described(ref(RunDiff)))
async def diff_to_median(
    request: Request, scope: Scoped, run_id: str, shape: Annotated[MedianShape, Query()]
) -> Response:
    """A run against the median of the last finished runs of its agent before it."""
    clock = services_of(request).clock
    answer = await ask(
        request,
        reader.get_median_diff,
        scope,
        run_id,
        last=shape.median,
        changed_only=shape.changed,
        clock=clock,
    )
    await note_reading(request, f"run {run_id}")
    return answer


@router.get("/{run_id}/diff/{other}", **described(ref(RunDiff)))
async def diff_runs(
    request: Request, scope: Scoped, run_id: str, other: str, shape: Annotated[DiffShape, Query()]
) -> Response:
    """Two runs aligned step by step, with what differs in each step and in all."""
    clock = services_of(request).clock
    answer = await ask(
        request, reader.get_diff, scope, run_id, other, changed_only=shape.changed, clock=clock
    )
    for each in (run_id, other):
        await note_reading(request, f"run {each}")
    return answer
