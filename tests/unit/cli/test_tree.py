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
    out = io.StringIO()
    Console(file=out, width=60, markup=False).print(tree_of(roots_of(rows), Text("editor")))
    assert [line.rstrip() for line in out.getvalue().splitlines()] == snapshot(
        [
            "editor",
            "├── agent editor  2.35 s",
            "│   ├── llm chat m  1.5 ms  1,200 → 30 tokens  claude-x",
            r"│   └── tool search  1.5 ms  ✗ Timeout[/]\x1b",
            "└── internal late  open",
        ]
    )
