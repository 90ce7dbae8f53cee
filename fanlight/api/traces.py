"""Traces and their spans."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import ask, described, ref
from fanlight.api.parameters import Scoped
from fanlight.model.span import Span, TraceStructure
from fanlight.query import traces

router = APIRouter(prefix="/api/v1/projects/{project}/traces", tags=["traces"])


@router.get("/{trace_id}", **described(ref(TraceStructure)))
async def get_trace(request: Request, scope: Scoped, trace_id: str) -> Response:
    """The structure of a trace as columns, ordered by start; contents are read span by span."""
    return await ask(request, traces.get_trace, scope, trace_id)


@router.get("/{trace_id}/spans/{span_id}", **described(ref(Span)))
async def get_span(request: Request, scope: Scoped, trace_id: str, span_id: str) -> Response:
    """One span with everything that was sent."""
    return await ask(request, traces.get_span, scope, trace_id, span_id)
