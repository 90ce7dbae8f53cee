"""How much a project holds."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import ask, described, ref
from fanlight.api.parameters import Scoped
from fanlight.model.stats import Stats
from fanlight.query import stats

router = APIRouter(prefix="/api/v1/projects/{project}", tags=["projects"])


@router.get("/stats", **described(ref(Stats)))
async def get_stats(request: Request, scope: Scoped) -> Response:
    """What is stored and can be read now."""
    return await ask(request, stats.get_stats, scope)
