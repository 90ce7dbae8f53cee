"""The graph of a trace: which spans are nodes, what their sums are, and the edges between them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from fanlight.model.graph import GraphNode
from fanlight.model.run import Cost, Tokens
from fanlight.model.span import SpanColumns
from fanlight.query.graph import Relation, make_graph

NOTHING: dict[str, Any] = {
    "parent_span_id": None,
    "span_kind": "INTERNAL",
    "status": "unset",
    "state": "finished",
    "start_ns": 0,
    "duration_ns": 10,
    "event_count": 0,
    "has_content": False,
    "agent_inherited": False,
    "wrapper": False,
    "flags": [],
}


def span(span_id: str, parent: str | None, kind: str, name: str, **more: Any) -> dict[str, Any]:
    """One row of a trace."""
    return {**NOTHING, "span_id": span_id, "parent_span_id": parent, "kind": kind, "name": name, **more}


def columns(*spans: dict[str, Any]) -> SpanColumns:
    made: dict[str, Any] = {
        name: [each.get(name) for each in spans] for name in SpanColumns.__struct_fields__
    }
    return SpanColumns(**made)


def drawn(spans: SpanColumns, *relations: Relation) -> list[str]:
    """The edges, `--` declared and `..` inferred."""
    _, edges = make_graph(spans, relations)
    return [f"{e.source} {'..' if e.inferred else '--'}> {e.target} x{e.count}" for e in edges]


def test_a_link_leads_from_the_span_that_it_names_to_the_one_that_has_it() -> None:
    spans = columns(
        span("a", None, "agent", "planner"),
        span("t1", "a", "tool", "search"),
        span("t2", "a", "tool", "fetch"),
    )
    assert drawn(spans, Relation(span_id="t2", links=["t1"])) == [
        "tool:search --> tool:fetch x1",
        "agent:planner ..> tool:search x1",
        "agent:planner ..> tool:fetch x1",
    ]


@pytest.mark.parametrize(
    "relation",
    [
        Relation(span_id="t2", links=["elsewhere"]),
        Relation(span_id="t2", links=["step"]),
        Relation(span_id="t2", links=["t1"]),
        Relation(span_id="step", links=["t1"]),
        Relation(span_id="elsewhere", links=["t1"]),
    ],
    ids=["to another trace", "to no node", "to the same node", "from no node", "from another trace"],
)
def test_a_link_that_joins_no_two_nodes_is_no_edge(relation: Relation) -> None:
    spans = columns(
        span("a", None, "agent", "planner"),
        span("step", "a", "chain", "a step"),
        span("t1", "step", "tool", "search"),
        span("t2", "step", "tool", "search"),
    )
    assert drawn(spans, relation) == ["agent:planner ..> tool:search x2"]


def test_several_links_of_one_span_are_counted_by_their_ends() -> None:
    spans = columns(
        span("t1", None, "tool", "search"),
        span("t2", None, "tool", "search"),
        span("t3", None, "retriever", "index"),
        span("m", None, "llm", "chat", model="m"),
    )
    assert drawn(spans, Relation(span_id="m", links=["t1", "t3", "gone", "t2"])) == [
        "tool:search --> model:m x2",
        "retriever:index --> model:m x1",
    ]


def test_a_wrapper_and_a_parent_that_never_came_are_no_nodes_but_are_looked_through() -> None:
    spans = columns(
        span("a", None, "agent", "planner"),
        span("w", "a", "agent", "runner", wrapper=True),
        span("gone", "w", "agent", "", state="missing", duration_ns=None),
        span("t", "gone", "tool", "search"),
    )
    nodes, _ = make_graph(spans, [])
    assert [node.id for node in nodes] == ["agent:planner", "tool:search"]
    assert drawn(spans) == ["agent:planner ..> tool:search x1"]


def test_a_node_sums_up_what_its_spans_report_and_leaves_open_what_none_did() -> None:
    spans = columns(
        span("m1", None, "llm", "chat", model="m", tokens_input=5, tokens_output=2, cost="0.10"),
        span("m2", None, "llm", "chat", model="m", tokens_output=3, status="error", duration_ns=None),
        span("m3", None, "llm", "chat", model="m", cost="0.0000002"),
        span("t", None, "tool", "execute", tool="search"),
    )
    nodes, _ = make_graph(spans, [])
    assert nodes == [
        GraphNode(
            id="model:m", kind="model", name="m", spans=3, errors=1, duration_ns=20,
            tokens=Tokens(input=5, output=5), cost=Cost(amount="0.1000002"),
        ),
        GraphNode(
            id="tool:search", kind="tool", name="search", spans=1, errors=0, duration_ns=10,
            tokens=Tokens(), cost=Cost(),
        ),
    ]  # fmt: skip
    assert Decimal(nodes[0].cost.amount or 0) == Decimal("0.10") + Decimal("0.0000002")


def test_an_agent_that_was_handed_to_is_a_node_although_it_has_no_span() -> None:
    spans = columns(span("a", None, "agent", "run", agent="triage"))
    relation = Relation(span_id="a", from_agent="triage", to_agent="sales")
    nodes, _ = make_graph(spans, [relation])
    assert [(node.id, node.spans) for node in nodes] == [("agent:triage", 1), ("agent:sales", 0)]
    assert drawn(spans, relation) == ["agent:triage --> agent:sales x1"]
