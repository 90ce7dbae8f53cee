"""Metrics that were sent over OTLP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import ask, described, page_of, ref
from fanlight.api.parameters import Scoped, Window, Windowed
from fanlight.model.metric import Metric, MetricSeries
from fanlight.model.project import ProjectScope
from fanlight.query import metrics
from fanlight.query.page import Page
from fanlight.store.contract import Store

router = APIRouter(prefix="/api/v1/projects/{project}/metrics", tags=["metrics"])


class SeriesWindow(Window):
    """A metric's points, as the buckets of a chart."""

    interval_s: int | None = Field(
        None,
        ge=1,
        le=86_400,
        alias="interval",
        description="Seconds a bucket; without it what suits the window.",
    )


@router.get("", **described(page_of(Metric)))
async def list_metrics(request: Request, scope: Scoped, window: Windowed) -> Response:
    """The metrics that have points in the window, by name; all on one page."""
    return await ask(request, _list_metrics, scope, window.bounds(request))


@router.get("/{name:path}", **described(ref(MetricSeries)))
async def get_metric(
    request: Request, scope: Scoped, name: str, window: Annotated[SeriesWindow, Query()]
) -> Response:
    """One metric as series of buckets."""
    bounds = window.bounds(request)
    return await ask(request, metrics.get_metric, scope, name, **bounds, interval_s=window.interval_s)


def _list_metrics(store: Store, scope: ProjectScope, bounds: dict[str, object]) -> Page:
    return Page(items=metrics.list_metrics(store, scope, **bounds))  # type: ignore[arg-type]
