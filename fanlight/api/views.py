"""Views: filters with their range and columns, kept under a name for everybody in the project."""

from __future__ import annotations

import asyncio

import msgspec
from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import described, json_response, page_of, ref
from fanlight.api.parameters import Scoped, Strict
from fanlight.api.services import services_of
from fanlight.api.visitor import note, principal_of
from fanlight.catalog import views
from fanlight.catalog.tables import ViewRow
from fanlight.query.page import Page
from fanlight.query.times import rfc3339

router = APIRouter(prefix="/api/v1/projects/{project}/views", tags=["views"])


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What a page of Studio is asked; `query` is that of its address: filter, range, columns and order."""

    page: str
    name: str
    query: str
    updated_at: str
    updated_by: str


class NewView(Strict):
    """What a view asks."""

    query: str = Field(
        max_length=views.MAX_QUERY_LENGTH,
        description="The query of the page's address.",
        examples=["q=status%3Aerror&from=now-24h"],
    )


@router.get("", **described(page_of(View)))
async def list_views(request: Request, scope: Scoped) -> Response:
    """The project's views by page and name; all on one page."""
    found = await asyncio.to_thread(views.list_views, services_of(request).catalog, scope.project_id)
    return json_response(Page(items=[_shape(each) for each in found]))


@router.put("/{page}/{name}", **described(ref(View)))
async def set_view(request: Request, scope: Scoped, page: str, name: str, new: NewView) -> Response:
    """Keep a view, or put this in the place of the one of that name on that page."""
    services = services_of(request)
    row = await asyncio.to_thread(
        views.set_view,
        services.catalog,
        scope.project_id,
        page,
        name,
        query=new.query,
        by=principal_of(request).name,
        clock=services.clock,
    )
    await note(request, "view.set", scope.project_id, f"{page}/{name}", query=new.query)
    return json_response(_shape(row))


@router.delete("/{page}/{name}", status_code=204, response_class=Response)
async def remove_view(request: Request, scope: Scoped, page: str, name: str) -> Response:
    """Remove a view."""
    await asyncio.to_thread(views.remove_view, services_of(request).catalog, scope.project_id, page, name)
    await note(request, "view.removed", scope.project_id, f"{page}/{name}")
    return Response(status_code=204)


def _shape(row: ViewRow) -> View:
    return View(
        page=row.page,
        name=row.name,
        query=row.query,
        updated_at=rfc3339(row.updated_ns),
        updated_by=row.updated_by,
    )
