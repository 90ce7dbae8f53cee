"""What the tree of a trace says about its spans, whatever was sent: parents that are missing or go round in a
circle, whose agent a span without one belongs to, and which spans only wrap another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WRAPPING_KINDS = frozenset({"agent", "chain", "internal"})
_PREFIXES = ("invoke_agent ", "create_agent ", "invoke_workflow ")
_SUFFIXES = (".workflow", ".agent", ".task", ".chat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """A list each, aligned with the spans. `parent` is the place of a span's parent, None without one.

    A parent that lies below its own child is none: `is_cyclic` marks where the circle was cut. `missing` are
    the ids of parents that are not among the spans. `agent` is the span's own, or else that of its nearest
    ancestor, which `is_inherited` tells. `is_wrapper`: the span says nothing that its only child does not.
    """

    parent: list[int | None]
    is_cyclic: list[bool]
    missing: list[str]
    agent: list[str | None]
    is_inherited: list[bool]
    is_wrapper: list[bool]


def read_lineage(
    span_ids: Sequence[str],
    parent_ids: Sequence[str | None],
    names: Sequence[str],
    kinds: Sequence[str],
    agents: Sequence[str | None],
) -> Lineage:
    """The lineage of spans in order of start; an id that comes twice means its first span.

    Example:
        >>> lineage = read_lineage(
        ...     ["a", "b", "c"], [None, "a", "gone"], ["plan", "chat", "x"], ["agent", "llm", "tool"],
        ...     ["planner", None, None])
        >>> lineage.parent, lineage.agent, lineage.missing
        ([None, 0, None], ['planner', 'planner', None], ['gone'])
    """
    places: dict[str, int] = {}
    for place, span_id in enumerate(span_ids):
        places.setdefault(span_id, place)
    parent = [None if each is None else places.get(each) for each in parent_ids]
    missing = dict.fromkeys(each for each in parent_ids if each is not None and each not in places)
    order, is_cyclic = _from_the_roots(parent)
    agent = list(agents)
    is_inherited = [False] * len(agent)
    for place in order:
        above = parent[place]
        if not agent[place] and above is not None and agent[above]:
            agent[place], is_inherited[place] = agent[above], True
    return Lineage(
        parent=parent,
        is_cyclic=is_cyclic,
        missing=list(missing),
        agent=agent,
        is_inherited=is_inherited,
        is_wrapper=_wrappers(parent, names, kinds),
    )


def _from_the_roots(parent: list[int | None]) -> tuple[list[int], list[bool]]:
    """Places with parents before their children; circles in `parent` are cut, at the first span of each."""
    done = [False] * len(parent)
    is_cyclic = [False] * len(parent)
    order: list[int] = []
    for start in range(len(parent)):
        way: list[int] = []
        at: int | None = start
        on_way: set[int] = set()
        while at is not None and not done[at]:
            if at in on_way:
                first = min(way[way.index(at) :])
                parent[first], is_cyclic[first] = None, True
                way = _way_up(start, parent, done)
                break
            way.append(at)
            on_way.add(at)
            at = parent[at]
        for place in reversed(way):
            done[place] = True
            order.append(place)
    return order, is_cyclic


def _way_up(start: int, parent: list[int | None], done: list[bool]) -> list[int]:
    """From `start` to where its parents end. What a cut left beside the way has its own turn."""
    way: list[int] = []
    at: int | None = start
    while at is not None and not done[at]:
        way.append(at)
        at = parent[at]
    return way


def _wrappers(parent: Sequence[int | None], names: Sequence[str], kinds: Sequence[str]) -> list[bool]:
    only: list[int | None] = [None] * len(parent)
    count = [0] * len(parent)
    for place, above in enumerate(parent):
        if above is not None:
            only[above] = place
            count[above] += 1
    return [
        count[place] == 1
        and child is not None
        and kinds[place] in WRAPPING_KINDS
        and kinds[child] in WRAPPING_KINDS
        and bare_name(names[place]) == bare_name(names[child])
        for place, child in enumerate(only)
    ]


def bare_name(name: str) -> str:
    """A name without what instrumentations put around it.

    Example:
        >>> bare_name("invoke_agent LangGraph") == bare_name("LangGraph.workflow")
        True
    """
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    return name
