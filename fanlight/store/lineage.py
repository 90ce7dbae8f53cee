"""What the tree of a trace decides about its spans: the run that each belongs to, and whose usage counts.

A span that carries `fanlight.run.id` starts a run; what lies below it, down to the next such span, belongs to
that run. Usage counts once: of a model call only if no model call below it reports usage too (a wrapper
repeats what it wraps), of any other span only if nothing below it reports usage (it is a claim about the
rest).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """A span in its tree. `own_run` is the run that it starts, or empty; `calls` = it is a model call."""

    span_id: str
    parent_span_id: str
    own_run: str
    calls: bool
    reports: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the tree decided for one span."""

    span_id: str
    run_id: str
    counts: bool


def judge(nodes: Sequence[Node], *, trace_run: str) -> list[Judgement]:
    """A judgement for each of `nodes`, in their order. Spans outside of every own run are in `trace_run`.

    Parents that are missing or go round in a circle end the way up.

    Example:
        >>> agent = Node("a", "", "", calls=False, reports=True)
        >>> model = Node("m", "a", "", calls=True, reports=True)
        >>> [each.counts for each in judge([agent, model], trace_run="t")]
        [False, True]
    """
    by_id = {node.span_id: node for node in nodes}
    above_calls = _above(by_id, [node for node in nodes if node.calls and node.reports])
    above_claims = _above(by_id, [node for node in nodes if node.reports and not node.calls])
    runs: dict[str, str] = {}
    return [
        Judgement(
            span_id=node.span_id,
            run_id=_run_of(node, by_id, runs, trace_run),
            counts=node.reports
            and node.span_id not in above_calls
            and (node.calls or node.span_id not in above_claims),
        )
        for node in nodes
    ]


def _above(by_id: dict[str, Node], starts: Sequence[Node]) -> set[str]:
    """Ids of all proper ancestors of `starts`."""
    found: set[str] = set()
    for start in starts:
        parent = by_id.get(start.parent_span_id)
        while parent is not None and parent.span_id not in found:
            found.add(parent.span_id)
            parent = by_id.get(parent.parent_span_id)
    return found


def _run_of(node: Node, by_id: dict[str, Node], runs: dict[str, str], trace_run: str) -> str:
    way: list[str] = []
    at: Node | None = node
    run = trace_run
    while at is not None and at.span_id not in way:
        if at.own_run or at.span_id in runs:
            run = at.own_run or runs[at.span_id]
            break
        way.append(at.span_id)
        at = by_id.get(at.parent_span_id)
    runs.update(dict.fromkeys((*way, node.span_id), run))
    return run
