"""What a session left: events, spans and metrics."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fanlight.access.principal import Right
from fanlight.api.answers import described
from fanlight.api.meshagent.answers import ask_list, list_of
from fanlight.api.meshagent.parameters import PROJECT, Whole
from fanlight.api.meshagent.sessions import session_of
from fanlight.api.parameters import Scoped
from fanlight.api.services import services_of
from fanlight.api.visitor import note_reading
from fanlight.model.meshagent import MeshEvent, MeshMetric, MeshSpan
from fanlight.query.meshagent.events import list_events
from fanlight.query.meshagent.metrics import list_metrics
from fanlight.query.meshagent.spans import list_spans
from fanlight.query.times import EARLIEST_NS
from fanlight.query.within import Within

router = APIRouter(prefix=f"{PROJECT}/sessions/{{session:path}}", tags=["meshagent"])

SLACK_NS = 3_600 * 10**9
"""What comes now may be older than what is known of the session; a moment later it is known."""


def floor_of(within: Within) -> int:
    """The time before which a session has nothing. Nobody knows it of a conversation."""
    return max(within.since_ns - SLACK_NS, EARLIEST_NS)


@router.get("/events", **described(list_of("events", MeshEvent)))
async def get_events(request: Request, scope: Scoped, session: str, page: Whole) -> Response:
    """Log records, developer logs and room events: the newest of them, oldest first."""
    found, within = await session_of(request, scope, session, Right.READ)
    await note_reading(request, f"events of session {found.id[:200]}")
    condition = within.condition("logs")
    return await ask_list(
        request, "events", list_events, scope, condition, floor_ns=floor_of(within), **page.page
    )


@router.get("/spans", **described(list_of("spans", MeshSpan)))
async def get_spans(request: Request, scope: Scoped, session: str, page: Whole) -> Response:
    """The newest spans, oldest first. Long attributes are cut."""
    services = services_of(request)
    found, within = await session_of(request, scope, session, Right.READ)
    await note_reading(request, f"spans of session {found.id[:200]}")
    heard_ns = services.clock.now_ns() - int(services.config.span_lost_after_s * 1e9)
    condition = within.condition("spans")
    times = {"heard_ns": heard_ns, "floor_ns": floor_of(within)}
    return await ask_list(request, "spans", list_spans, scope, condition, **times, **page.page)


@router.get("/metrics", **described(list_of("metrics", MeshMetric)))
async def get_metrics(request: Request, scope: Scoped, session: str, page: Whole) -> Response:
    """What each series of the session's metrics came to, by name."""
    _, within = await session_of(request, scope, session, Right.READ)
    return await ask_list(request, "metrics", list_metrics, scope, within.condition("metrics"), **page.page)
