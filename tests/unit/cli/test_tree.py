"""A trace as a tree: whatever arrived, every span is shown once."""

from __future__ import annotations

import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from rich.console import Console
from rich.text import Text

from fanlight.cli.tree import Node, roots_of, tree_of


def drawn(rows: list[dict[str, Any]], *, wrappers: bool = False) -> list[str]:
    """The tree of `rows` as a terminal shows it."""
    out = io.StringIO()
    tree = tree_of(roots_of(rows), Text("editor"), wrappers=wrappers)
    Console(file=out, width=60, markup=False).print(tree)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def row(span_id: str, parent: str | None, **given: Any) -> dict[str, Any]:
    """One span of a trace's structure."""
    return {
        "span_id": span_id, "parent_span_id": parent, "name": span_id, "kind": "internal", "status": "unset",
        "state": "finished", "duration_ns": 1_500_000, "tokens_input": None, "tokens_output": None,
        "model": None, "error_type": None, **given,
    }  # fmt: skip


def ids(nodes: list[Node]) -> list[str]:
    """The span ids of trees, depth first."""
    return [found for node in nodes for found in (node.row["span_id"], *ids(node.children))]


names = st.sampled_from("abcdefgh")


@given(st.dictionaries(names, st.none() | names | st.just("elsewhere")))
def test_every_span_is_shown_exactly_once_whatever_its_parent_is(parents: dict[str, str | None]) -> None:
    rows = [row(span_id, parent) for span_id, parent in parents.items()]
    assert sorted(ids(roots_of(rows))) == sorted(parents)


def test_ten_thousand_levels_are_no_trouble() -> None:
    rows = [row(str(n), str(n - 1) if n else None) for n in range(10_000)]
    [root] = roots_of(rows)
    assert tree_of([root], Text("t")).label == Text("t")


def test_a_tree_reads_so() -> None:
    rows = [
        row("editor", None, kind="agent", duration_ns=2_345_000_000),
        row("chat m", "editor", kind="llm", tokens_input=1200, tokens_output=30, model="claude-x"),
        row("search", "editor", kind="tool", status="error", error_type="Timeout[/]\x1b"),
        row("late", "unknown", state="open", duration_ns=None),
    ]
    assert drawn(rows) == snapshot(
        [
            "editor",
            "├── agent editor  2.35 s",
            "│   ├── llm chat m  1.5 ms  1,200 → 30 tokens  claude-x",
            r"│   └── tool search  1.5 ms  ✗ Timeout[/]\x1b",
            "└── internal late  open",
        ]
    )


WRAPPED = [
    row("invoke_agent editor", None, kind="agent", wrapper=True),
    row("editor.workflow", "invoke_agent editor", kind="chain", wrapper=True),
    row("editor", "editor.workflow", kind="agent", wrapper=False),
    row("plan.task", "editor", kind="chain", wrapper=True),
    row("plan", "plan.task", kind="chain", wrapper=False),
    row("chat m", "plan", kind="llm", wrapper=False),
]


def test_a_wrapper_is_left_out_and_its_child_stands_in_its_place() -> None:
    assert drawn(WRAPPED) == snapshot(
        [
            "editor",
            "└── agent editor  1.5 ms  (+2 wrappers)",
            "    └── chain plan  1.5 ms  (+1 wrapper)",
            "        └── llm chat m  1.5 ms",
        ]
    )


def test_every_span_is_shown_when_asked_for() -> None:
    assert drawn(WRAPPED, wrappers=True) == snapshot(
        [
            "editor",
            "└── agent invoke_agent editor  1.5 ms",
            "    └── chain editor.workflow  1.5 ms",
            "        └── agent editor  1.5 ms",
            "            └── chain plan.task  1.5 ms",
            "                └── chain plan  1.5 ms",
            "                    └── llm chat m  1.5 ms",
        ]
    )


def test_a_wrapper_that_failed_alone_stays() -> None:
    rows = [
        row("plan.task", None, kind="chain", wrapper=True, status="error", error_type="Timeout"),
        row("plan", "plan.task", kind="chain", wrapper=False),
    ]
    assert drawn(rows) == snapshot(
        ["editor", "└── chain plan.task  1.5 ms  ✗ Timeout", "    └── chain plan  1.5 ms"]
    )
