"""What of its telemetry a project keeps, and what that left out."""

from __future__ import annotations

import asyncio

import msgspec
from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import described, json_response, ref
from fanlight.api.parameters import Scoped, Strict
from fanlight.api.services import Services, services_of
from fanlight.api.visitor import note
from fanlight.catalog.sampling import get_sampling, set_sampling
from fanlight.model.project import ProjectScope
from fanlight.model.sampling import LONGEST_KEEP, Sampling, check_sampling
from fanlight.query.filter import compile_filter
from fanlight.query.sampling import count_thinned
from fanlight.query.times import rfc3339

router = APIRouter(prefix="/api/v1/projects/{project}", tags=["projects"])


class SamplingReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a project keeps of its traces, and what that left out.

    `head_rate` is the share of traces that are taken, `tail_rate` that of finished runs whose spans stay
    after `tail_after_s` seconds; runs that fit the filter `tail_keep` stay whole, and whatever failed does.
    `spans_sampled` were never taken, and are in no total; `spans_thinned` were removed from finished runs,
    whose totals stay: both since the server started. `traces_thinned` have nothing but their summaries now.
    """

    head_rate: float
    tail_rate: float
    tail_keep: str
    tail_after_s: float
    changed_at: str | None
    spans_sampled: int
    spans_thinned: int
    traces_thinned: int


class SamplingSettings(Strict):
    """What to keep; what is left out keeps everything."""

    head_rate: float = Field(
        1.0, ge=0, le=1, strict=True, description="Share of traces that are taken at all."
    )
    tail_rate: float = Field(
        1.0, ge=0, le=1, strict=True, description="Share of finished runs whose spans stay."
    )
    tail_keep: str = Field(
        "",
        max_length=LONGEST_KEEP,
        description="Filter over runs that stay whole, for example `duration:>30s or cost:>0.5`.",
    )
    tail_after_s: float = Field(
        300.0, strict=True, description="Seconds without a word of a run until it is decided."
    )


@router.get("/sampling", **described(ref(SamplingReport)))
async def get_project_sampling(request: Request, scope: Scoped) -> Response:
    """What the project keeps, and what that left out: to be said beside every total."""
    services = services_of(request)
    found = await asyncio.to_thread(get_sampling, services.catalog, scope.project_id)
    return json_response(await _report(services, scope, found))


@router.put("/sampling", **described(ref(SamplingReport)))
async def set_project_sampling(request: Request, scope: Scoped, settings: SamplingSettings) -> Response:
    """Change what the project keeps; it holds within 5 seconds for what comes, and for runs that end."""
    services, project = services_of(request), scope.project_id
    wanted = check_sampling(Sampling(**settings.model_dump()))
    await asyncio.to_thread(compile_filter, services.store, "runs", wanted.tail_keep)
    found = await asyncio.to_thread(set_sampling, services.catalog, project, wanted, clock=services.clock)
    await note(request, "project.sampling", project, project, **settings.model_dump())
    return json_response(await _report(services, scope, found))


async def _report(services: Services, scope: ProjectScope, found: Sampling) -> SamplingReport:
    thinned = await asyncio.to_thread(count_thinned, services.store, scope)
    sampled_spans, thinned_spans = services.left_out(scope.project_id)
    return SamplingReport(
        head_rate=found.head_rate,
        tail_rate=found.tail_rate,
        tail_keep=found.tail_keep,
        tail_after_s=found.tail_after_s,
        changed_at=rfc3339(found.changed_ns) if found.changed_ns else None,
        spans_sampled=sampled_spans,
        spans_thinned=thinned_spans,
        traces_thinned=thinned,
    )
