"""The graph of a trace: who called or handed over to whom."""

from __future__ import annotations

import msgspec

from fanlight.model.run import Cost, Tokens


class GraphNode(msgspec.Struct, frozen=True, kw_only=True):
    """An agent, a model, a tool or another step, and all of its spans together.

    `kind` is one of a span's kinds, or `model`. What spans did not report is None in `tokens` and `cost`.
    """

    id: str
    kind: str
    name: str
    spans: int
    errors: int
    duration_ns: int
    tokens: Tokens
    cost: Cost


class GraphEdge(msgspec.Struct, frozen=True, kw_only=True):
    """That `source` led to `target`, `count` times. `inferred`: nobody said so, it follows from the tree."""

    source: str
    target: str
    count: int
    inferred: bool


class TraceGraph(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /traces/{trace_id}/graph`. `truncated`: it is of the first spans of a larger trace."""

    trace_id: str
    nodes: list[GraphNode]
    edges: list[GraphEdge]
    truncated: bool
