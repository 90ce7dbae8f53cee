"""What a project may take up, and does."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import described, json_response, page_of
from fanlight.api.parameters import Scoped
from fanlight.api.services import services_of
from fanlight.model.limits import LimitState, states
from fanlight.query.names import folded_names
from fanlight.query.page import Page

HOUR_NS = 3_600_000_000_000

router = APIRouter(prefix="/api/v1/projects/{project}", tags=["projects"])


@router.get("/limits", **described(page_of(LimitState)))
async def list_limits(request: Request, scope: Scoped) -> Response:
    """Each limit of the project: what holds, what it uses now, and how often it was refused; on one page.

    Of names that were folded within an hour the last ones are shown as they came, from what is stored.
    """
    services, project = services_of(request), scope.project_id
    used, refused = services.quotas.use_of(project)
    names, folded = services.names.use_of(project)
    readers, turned_away = services.broker.readers_of(project)
    since_ns = services.clock.now_ns() - HOUR_NS
    examples = await asyncio.to_thread(folded_names, services.store, scope, folded, since_ns=since_ns)
    found = states(
        services.quotas.limits(),
        project,
        {**used, **names, "max_streams": readers},
        {**refused, **folded, "max_streams": turned_away},
        examples,
    )
    return json_response(Page(items=found))
