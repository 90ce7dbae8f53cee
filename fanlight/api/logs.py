"""Log records."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import ask, described, page_of, ref
from fanlight.api.parameters import PageWindow, Scoped
from fanlight.api.visitor import note_reading
from fanlight.model.log import Log
from fanlight.query import logs

router = APIRouter(prefix="/api/v1/projects/{project}/logs", tags=["logs"])


class LogWindow(PageWindow):
    """A page of log records."""

    limit: int = Field(100, ge=1, le=1_000, description="Most items in one page.")
    order: Literal["desc", "asc"] = Field("desc", description="Newest first, or oldest first.")


@router.get("", **described(page_of(Log)))
async def list_logs(request: Request, scope: Scoped, window: Annotated[LogWindow, Query()]) -> Response:
    """Log records of the window; long text bodies are cut and marked."""
    answer = await ask(request, logs.list_logs, scope, **window.page(request), order=window.order)
    await note_reading(request, "logs")
    return answer


@router.get("/{log_id}", **described(ref(Log)))
async def get_log(request: Request, scope: Scoped, log_id: str) -> Response:
    """One log record with its whole body."""
    answer = await ask(request, logs.get_log, scope, log_id)
    await note_reading(request, "logs")
    return answer
