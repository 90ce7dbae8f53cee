"""The graph of a trace as lines: each agent, model and tool, and below it who it led to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.text import Text

from fanlight.cli.money import cost_text
from fanlight.cli.output import counted, visible
from fanlight.cli.times import span_of

NAME_CHARACTERS = 48


def graph_lines(graph: Mapping[str, Any]) -> Iterator[Text]:
    """Lines of a trace's graph; a node that leads nowhere has a line only where something leads to it.

    Example:
        >>> node = {"kind": "agent", "spans": 1, "errors": 0, "duration_ns": 2e9, "cost": {}}
        >>> nodes = [{**node, "id": "a", "name": "planner"}, {**node, "id": "b", "name": "writer"}]
        >>> edges = [{"source": "a", "target": "b", "count": 2, "inferred": True}]
        >>> for line in graph_lines({"nodes": nodes, "edges": edges, "truncated": False}):
        ...     print(line.plain)
        planner  agent · 1 span · 2 s
        └ writer  agent · 1 span · 2 s · 2 times · inferred
    """
    nodes = {node["id"]: node for node in graph["nodes"]}
    reached = {edge["target"] for edge in graph["edges"]}
    for name, node in nodes.items():
        outward = [edge for edge in graph["edges"] if edge["source"] == name]
        if outward or name not in reached:
            yield _line("", node, [])
        for place, edge in enumerate(outward, 1):
            times = [f"{edge['count']:,} times"] if edge["count"] > 1 else []
            inferred = ["inferred"] if edge["inferred"] else []
            yield _line("└ " if place == len(outward) else "├ ", nodes[edge["target"]], times + inferred)
    if graph["truncated"]:
        yield Text("only the first spans of this trace are in it", "yellow")


def _line(branch: str, node: Mapping[str, Any], further: Sequence[str]) -> Text:
    line = Text(branch, "dim", no_wrap=True, overflow="ellipsis")
    line.append(visible(node["name"], limit=NAME_CHARACTERS), "bold")
    facts = [node["kind"], counted(node["spans"], "span"), span_of(node["duration_ns"])]
    line.append(
        "  " + " · ".join(str(fact) for fact in (*facts, cost_text(node["cost"]), *further) if fact), "dim"
    )
    if node["errors"]:
        line.append(f"  {counted(node['errors'], 'error')}", "red")
    return line
