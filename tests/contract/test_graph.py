"""The graph of a trace: declared edges first, inferred ones marked."""

from __future__ import annotations

from typing import Any

import pytest
from inline_snapshot import snapshot

from fanlight.errors import NotFoundError
from fanlight.model.graph import TraceGraph
from fanlight.model.project import ProjectScope
from fanlight.query.graph import get_graph
from fanlight.store.contract import RunKey

from .telemetry import span, traces

SCOPE = ProjectScope("default")


def graph_of(store: Any, log: Any, *spans: Any) -> TraceGraph:
    store.insert(log.segment(traces(*spans)))
    store.summarise([RunKey("default", f"{1:032x}")], first_seq=1_000_000)
    return get_graph(store, SCOPE, f"{1:032x}")


def drawn(graph: TraceGraph) -> list[str]:
    return [f"{e.source} {'..' if e.inferred else '--'}> {e.target} x{e.count}" for e in graph.edges]


def test_what_the_tree_shows_is_inferred_and_summed_up_by_node(store: Any, log: Any) -> None:
    agent = {"gen_ai__operation__name": "invoke_agent"}
    call = {
        "gen_ai__operation__name": "chat", "gen_ai__request__model": "m", "gen_ai__usage__input_tokens": 10,
    }  # fmt: skip
    tool = {"gen_ai__operation__name": "execute_tool", "gen_ai__tool__name": "search"}
    found = graph_of(
        store,
        log,
        span("invoke_agent planner", number=1, took=9, gen_ai__agent__name="planner", **agent),
        span("chat m", number=2, parent=1, at=1, took=1, **call),
        span("a step", number=3, parent=1, at=2, took=4),
        span("execute_tool search", number=4, parent=3, at=2, took=1, error="no", **tool),
        span("execute_tool search", number=5, parent=3, at=3, took=1, **tool),
        span("invoke_agent guide", number=6, parent=5, at=3, took=1, gen_ai__agent__name="guide", **agent),
        span("chat m", number=7, parent=6, at=3, took=1, **call),
    )
    assert drawn(found) == snapshot(
        [
            "agent:planner ..> model:m x1",
            "agent:planner ..> tool:search x2",
            "tool:search ..> agent:guide x1",
            "agent:guide ..> model:m x1",
        ]
    )
    assert [(n.id, n.spans, n.errors, n.tokens.input) for n in found.nodes] == snapshot(
        [
            ("agent:planner", 1, 0, None),
            ("model:m", 2, 0, 20),
            ("tool:search", 2, 1, None),
            ("agent:guide", 1, 0, None),
        ]
    )


def test_declared_edges_stand_first_and_are_not_inferred_again(store: Any, log: Any) -> None:
    def node(name: str, before: str = "") -> dict[str, str]:
        declared = {"graph__node__id": name, "openinference__span__kind": "AGENT"}
        return {**declared, **({"graph__node__parent_id": before} if before else {})}

    found = graph_of(
        store,
        log,
        span("triage", number=1, took=9, **node("triage")),
        span("billing", number=2, parent=1, at=1, took=1, **node("billing", "triage")),
        span("refunds", number=3, parent=1, at=2, took=1, **node("refunds", "billing")),
        span("handoff", number=4, parent=1, at=4, took=1,
             gen_ai__handoff__from_agent="triage", gen_ai__handoff__to_agent="sales"),
    )  # fmt: skip
    assert drawn(found) == snapshot(
        [
            "agent:triage --> agent:billing x1",
            "agent:billing --> agent:refunds x1",
            "agent:triage --> agent:sales x1",
            "agent:triage ..> agent:refunds x1",
        ]
    )


def test_a_parent_below_its_own_child_ends(store: Any, log: Any) -> None:
    agent = {"gen_ai__operation__name": "invoke_agent"}
    found = graph_of(
        store,
        log,
        span("invoke_agent a", number=1, parent=2, gen_ai__agent__name="a", **agent),
        span("invoke_agent b", number=2, parent=1, gen_ai__agent__name="b", **agent),
    )
    assert {n.id for n in found.nodes} == {"agent:a", "agent:b"}
    assert len(found.edges) == 1


def test_a_trace_of_another_project_has_no_graph(store: Any, log: Any) -> None:
    graph_of(store, log, span("run", number=1))
    with pytest.raises(NotFoundError):
        get_graph(store, ProjectScope("other"), f"{1:032x}")
