"""Traces and their spans."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import ask, described, ref
from fanlight.api.parameters import Scoped
from fanlight.api.services import services_of
from fanlight.api.visitor import note_reading
from fanlight.model.graph import TraceGraph
from fanlight.model.span import Span, SpanTokens, TraceStructure
from fanlight.query import graph, tokens, traces

router = APIRouter(prefix="/api/v1/projects/{project}/traces", tags=["traces"])

TraceId = Annotated[str, Path(json_schema_extra={"pattern": "^[0-9a-fA-F]{32}$"})]
Limit = Annotated[int, Query(ge=1, le=100_000, description="Most spans of it, the earliest.")]
SpanId = Annotated[str, Path(json_schema_extra={"pattern": "^[0-9a-fA-F]{16}$"})]


@router.get("/{trace_id}", **described(ref(TraceStructure)))
async def get_trace(request: Request, scope: Scoped, trace_id: TraceId, limit: Limit = 20_000) -> Response:
    """The structure of a trace as columns, ordered by start; contents are read span by span."""
    lost_after_ms = _lost_after_ms(request)
    answer = await ask(request, traces.get_trace, scope, trace_id, limit, lost_after_ms=lost_after_ms)
    await note_reading(request, f"trace {trace_id.lower()}")
    return answer


@router.get("/{trace_id}/graph", **described(ref(TraceGraph)))
async def get_graph(request: Request, scope: Scoped, trace_id: TraceId) -> Response:
    """Agents, models and tools of a trace, and who led to whom: as declared, else as the tree shows."""
    answer = await ask(request, graph.get_graph, scope, trace_id, lost_after_ms=_lost_after_ms(request))
    await note_reading(request, f"trace {trace_id.lower()}")
    return answer


@router.get("/{trace_id}/spans/{span_id}", **described(ref(Span)))
async def get_span(
    request: Request,
    scope: Scoped,
    trace_id: TraceId,
    span_id: SpanId,
    raw: Annotated[bool, Query(description="Leave out `content`, which is made when it is read.")] = False,
) -> Response:
    """One span with everything that was sent, and its content in one shape whatever the dialect."""
    answer = await ask(
        request, traces.get_span, scope, trace_id, span_id, raw=raw, lost_after_ms=_lost_after_ms(request)
    )
    await note_reading(request, f"trace {trace_id.lower()}")
    return answer


@router.get("/{trace_id}/spans/{span_id}/tokens", **described(ref(SpanTokens)))
async def get_tokens(request: Request, scope: Scoped, trace_id: TraceId, span_id: SpanId) -> Response:
    """The text that a span has streamed so far, where its agent sends tokens as they come."""
    answer = await ask(request, tokens.get_tokens, scope, trace_id, span_id)
    await note_reading(request, f"trace {trace_id.lower()}")
    return answer


def _lost_after_ms(request: Request) -> int:
    return int(services_of(request).config.span_lost_after_s * 1_000)
