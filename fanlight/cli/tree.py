"""A trace as a tree for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.text import Text
    from rich.tree import Tree

KIND_STYLES = {
    "agent": "magenta", "llm": "blue", "tool": "yellow", "retriever": "cyan", "embedding": "cyan",
    "reranker": "cyan", "guardrail": "green", "evaluator": "green", "room": "magenta",
}  # fmt: skip


@dataclass(slots=True)
class Node:
    """One span with the spans below it, in order of start."""

    row: Mapping[str, Any]
    children: list[Node] = field(default_factory=list)


def rows_of(columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """The columns of a trace's structure as one mapping a span.

    Example:
        >>> rows_of({"span_id": ["a", "b"], "name": ["x", "y"]})
        [{'span_id': 'a', 'name': 'x'}, {'span_id': 'b', 'name': 'y'}]
    """
    names = list(columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def roots_of(rows: Sequence[Mapping[str, Any]]) -> list[Node]:
    """The trees that `rows` make. A span whose parent is not among them is a root.

    Spans that are each other's parents hang below no root; the earliest of such a ring becomes one, so
    that every span is shown exactly once.
    """
    nodes = {row["span_id"]: Node(row) for row in rows}
    roots: list[Node] = []
    for row in rows:
        parent = nodes.get(row["parent_span_id"])
        (parent.children if parent else roots).append(nodes[row["span_id"]])
    return roots + _rings(nodes, roots)


def _rings(nodes: Mapping[str, Node], roots: Sequence[Node]) -> list[Node]:
    seen: set[str] = set()
    _visit(roots, seen)
    found = []
    for span_id, node in nodes.items():
        if span_id not in seen:
            _visit([node], seen)
            nodes[node.row["parent_span_id"]].children.remove(node)
            found.append(node)
    return found


def _visit(start: Sequence[Node], seen: set[str]) -> None:
    waiting = list(start)
    while waiting:
        node = waiting.pop()
        if node.row["span_id"] not in seen:
            seen.add(node.row["span_id"])
            waiting.extend(node.children)


def unwrapped(node: Node) -> tuple[Node, int]:
    """The span that stands for `node`, and how many wrappers around it are left out.

    A wrapper that failed where its child did not says something of its own, so it stays.
    """
    count = 0
    while node.row.get("wrapper") and len(node.children) == 1:
        [child] = node.children
        if node.row["status"] == "error" != child.row["status"]:
            break
        node, count = child, count + 1
    return node, count


def tree_of(roots: Sequence[Node], title: Text, *, wrappers: bool = False) -> Tree:
    """The trees as a Rich tree under `title`, built without recursion: traces can be deep.

    Without `wrappers` the child of a wrapper stands in its place, marked.
    """
    from rich.tree import Tree

    tree = Tree(title, guide_style="dim")
    waiting = [(tree, root) for root in reversed(roots)]
    while waiting:
        branch, node = waiting.pop()
        node, count = (node, 0) if wrappers else unwrapped(node)
        line = line_of(node.row)
        if count:
            line.append(f"  (+{count} wrapper{'s' if count > 1 else ''})", "dim")
        below = branch.add(line)
        waiting.extend((below, child) for child in reversed(node.children))
    return tree


def line_of(row: Mapping[str, Any]) -> Text:
    """One span: kind, name, duration, tokens, cost, model or tool, error."""
    from rich.text import Text

    from fanlight.cli.money import money
    from fanlight.cli.output import visible
    from fanlight.cli.times import span_of

    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f"{visible(row['kind'])} ", KIND_STYLES.get(row["kind"], "dim"))
    failed = row["status"] == "error"
    line.append(visible(row["name"], limit=80), "bold red" if failed else "bold")
    line.append(
        f"  {span_of(row['duration_ns']) or row['state']}",
        "green" if row["state"] == "finished" else "yellow",
    )
    if row["tokens_input"] is not None or row["tokens_output"] is not None:
        line.append(f"  {row['tokens_input'] or 0:,} → {row['tokens_output'] or 0:,} tokens", "dim")
    if row.get("cost") is not None:
        line.append(f"  {money(row['cost'])}", "dim")
    if row["model"] and row["model"] not in row["name"]:
        line.append(f"  {visible(row['model'], limit=40)}", "dim")
    if failed:
        line.append(f"  ✗ {visible(row['error_type'] or 'error', limit=60)}", "red")
    return line
