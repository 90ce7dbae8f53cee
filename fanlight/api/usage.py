"""Usage: cost, activity and latency of runs, in groups; and revenue beside them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.access.principal import Right
from fanlight.api.answers import ask, described, ref, with_whole_sessions
from fanlight.api.parameters import Scoped, Window
from fanlight.api.services import services_of
from fanlight.api.spreadsheet import csv_response
from fanlight.api.usage_tables import usage_csv
from fanlight.api.visitor import rights_of
from fanlight.model.usage import Usage
from fanlight.query import usage
from fanlight.query.outline import check_asked

router = APIRouter(prefix="/api/v1/projects/{project}/usage", tags=["usage"])


class About(StrEnum):
    """What is asked about: it orders the groups."""

    COST = "cost"
    ACTIVITY = "activity"
    LATENCY = "latency"


class UsageWindow(Window):
    """Which runs, and how they are grouped."""

    group: Literal["", "model", "provider", "agent", "tool", "room", "session", "user"] = Field(
        "", description="What to group by; nothing gives the total alone."
    )
    interval: Literal["", "minute", "hour", "day", "week"] = Field("", description="In time, too.")
    tz: str = Field("UTC", max_length=64, description="Where days and weeks begin.", examples=["Europe/Oslo"])
    format: Literal["json", "csv"] = Field("json", description="csv: a table for spreadsheets.")


_USAGE = described(ref(Usage))
_USAGE["responses"][200]["content"]["text/csv"] = {"schema": {"type": "string"}}


@router.get("/{about}", **_USAGE)
async def get_usage(
    request: Request, scope: Scoped, about: About, window: Annotated[UsageWindow, Query()]
) -> Response:
    """What the runs that started in the window came to. Totals are the sums of those very runs."""
    if Right.READ not in rights_of(request):
        check_asked(window.q, usage=True)
    asked: dict[str, Any] = {
        "about": about,
        "group": window.group,
        "interval": window.interval,
        "tz": window.tz,
        **window.bounds(request),
    }
    if window.format == "json":
        return await ask(request, usage.get_usage, scope, **asked)
    services = services_of(request)

    def table() -> str:
        return usage_csv(usage.get_usage(services.store, scope, **with_whole_sessions(request, asked)))

    text = await services.workers.ask(table, request.receive)
    return csv_response(text, f"{about}.csv")
