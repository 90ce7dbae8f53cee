"""The graph of a trace: agents, models and tools, and who led to whom.

What instrumentations declare counts first: nodes and their parents (`graph.node.id`, `graph.node.parent_id`
of OpenInference), handovers (`gen_ai.handoff.*`), and links between spans. Whatever else the tree shows is an
edge that is inferred, and marked so: a span below another was called by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from fanlight.model.graph import GraphEdge, GraphNode, TraceGraph
from fanlight.model.project import ProjectScope
from fanlight.model.run import Cost, Tokens
from fanlight.model.span import SpanColumns
from fanlight.query.traces import get_trace, place_of
from fanlight.store.contract import Store

MOST_SPANS = 20_000
ACTORS = ("agent", "llm", "tool", "retriever", "embedding", "reranker", "guardrail", "evaluator")
"""Kinds whose spans are nodes by themselves; any other is one only where it is declared."""

Name = tuple[str, str]
"""A node: its kind and its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What one span declares; '' where it does not."""

    span_id: str
    node: str = ""
    before: str = ""
    from_agent: str = ""
    to_agent: str = ""
    links: Sequence[str] = ()


@dataclass(slots=True)
class _Sums:
    """What the spans of a node came to."""

    spans: int = 0
    errors: int = 0
    duration_ns: int = 0
    input: int | None = None
    output: int | None = None
    cost: Decimal | None = None


@dataclass(slots=True)
class _Edges:
    """Edges by their ends, and how often each was seen."""

    declared: Counter[tuple[Name, Name]] = field(default_factory=Counter)
    inferred: Counter[tuple[Name, Name]] = field(default_factory=Counter)


def get_graph(store: Store, scope: ProjectScope, trace_id: str, **how: Any) -> TraceGraph:
    """The graph of a trace; takes what `get_trace` takes.

    Raises:
        InvalidError: `trace_id` is not 32 hex digits.
        NotFoundError: the project has no such trace.
    """
    trace = get_trace(store, scope, trace_id, MOST_SPANS, **how)
    asked = {**place_of(store, scope, trace_id), "limit": MOST_SPANS}
    asked.pop("opened")
    rows = store.read(scope, "trace_relations", asked)
    relations = [
        Relation(span_id=span, node=node, before=before, from_agent=giver, to_agent=taker, links=links)
        for span, node, before, giver, taker, links in rows
    ]
    nodes, edges = make_graph(trace.columns, relations)
    return TraceGraph(trace_id=trace.trace_id, nodes=nodes, edges=edges, truncated=trace.truncated)


def make_graph(
    columns: SpanColumns, relations: Iterable[Relation]
) -> tuple[list[GraphNode], list[GraphEdge]]:
    """Nodes in the order in which they first appear, and edges: declared ones, then inferred ones."""
    said = {each.span_id: each for each in relations}
    names = _names(columns, said)
    edges = _Edges()
    _declare(edges, columns, said, names)
    _infer(edges, columns, names)
    sums: dict[Name, _Sums] = {}
    for place, name in enumerate(names):
        if name is not None:
            _add(sums.setdefault(name, _Sums()), columns, place)
    for source, target in edges.declared:
        sums.setdefault(source, _Sums())
        sums.setdefault(target, _Sums())
    return [_node(name, each) for name, each in sums.items()], _listed(edges)


def _names(columns: SpanColumns, said: Mapping[str, Relation]) -> list[Name | None]:
    """The node that each span belongs to."""
    found: list[Name | None] = []
    for place, span_id in enumerate(columns.span_id):
        kind = columns.kind[place]
        declared = said[span_id].node if span_id in said else ""
        if columns.state[place] == "missing" or columns.wrapper[place]:
            found.append(None)
        elif declared:
            found.append(("agent" if kind == "agent" else "chain", declared))
        elif kind not in ACTORS:
            found.append(None)
        elif kind == "llm":
            found.append(("model", columns.model[place] or columns.name[place]))
        else:
            own = {"agent": columns.agent[place], "tool": columns.tool[place]}.get(kind)
            found.append((kind, own or columns.name[place]))
    return found


def _declare(
    edges: _Edges, columns: SpanColumns, said: Mapping[str, Relation], names: Sequence[Name | None]
) -> None:
    by_span = dict(zip(columns.span_id, names, strict=True))
    by_node = {each.node: by_span[span] for span, each in said.items() if each.node and by_span.get(span)}
    for span, each in said.items():
        name = by_span.get(span)
        if each.node and each.before and name is not None:
            edges.declared[by_node.get(each.before) or (name[0], each.before), name] += 1
        if each.from_agent and each.to_agent:
            edges.declared[("agent", each.from_agent), ("agent", each.to_agent)] += 1
        for link in each.links:
            source = by_span.get(link)
            if source is not None and name is not None and source != name:
                edges.declared[source, name] += 1


def _infer(edges: _Edges, columns: SpanColumns, names: Sequence[Name | None]) -> None:
    place_of_span = {span: place for place, span in enumerate(columns.span_id)}
    above: list[Name | None] = [None] * len(names)
    done = [False] * len(names)
    for start in range(len(names)):
        path, place = [], start
        while not done[place]:
            done[place] = True
            path.append(place)
            parent = place_of_span.get(columns.parent_span_id[place] or "")
            if parent is None:
                break
            place = parent
        for at in reversed(path):
            parent = place_of_span.get(columns.parent_span_id[at] or "")
            if parent is not None:
                above[at] = names[parent] or above[parent]
    declared = set(edges.declared)
    for name, source in zip(names, above, strict=True):
        if name is not None and source is not None and name != source and (source, name) not in declared:
            edges.inferred[source, name] += 1


def _add(sums: _Sums, columns: SpanColumns, place: int) -> None:
    sums.spans += 1
    sums.errors += columns.status[place] == "error"
    sums.duration_ns += columns.duration_ns[place] or 0
    given, made, cost = columns.tokens_input[place], columns.tokens_output[place], columns.cost[place]
    if given is not None:
        sums.input = (sums.input or 0) + given
    if made is not None:
        sums.output = (sums.output or 0) + made
    if cost is not None:
        sums.cost = (sums.cost or Decimal(0)) + Decimal(cost)


def _id(name: Name) -> str:
    return f"{name[0]}:{name[1]}"


def _node(name: Name, sums: _Sums) -> GraphNode:
    return GraphNode(
        id=_id(name),
        kind=name[0],
        name=name[1],
        spans=sums.spans,
        errors=sums.errors,
        duration_ns=sums.duration_ns,
        tokens=Tokens(input=sums.input, output=sums.output),
        cost=Cost(amount=None if sums.cost is None else f"{sums.cost:f}"),
    )


def _listed(edges: _Edges) -> list[GraphEdge]:
    return [
        GraphEdge(source=_id(source), target=_id(target), count=count, inferred=inferred)
        for inferred, counted in ((False, edges.declared), (True, edges.inferred))
        for (source, target), count in counted.items()
    ]
