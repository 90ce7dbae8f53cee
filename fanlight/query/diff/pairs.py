"""The steps of two runs in pairs: the roots are aligned, then the children of whatever was aligned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fanlight.model.step import Step
from fanlight.query.diff.align import align
from fanlight.query.failure.tree import Tree

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Pair:
    """A step of either run, or of both. `moved`: they stand in another order among their siblings.

    `parent_a` is the step of the first run below which the pair stands, None at the top.
    """

    a: Step | None
    b: Step | None
    depth: int
    moved: bool = False
    parent_a: str | None = None

    @property
    def step(self) -> Step:
        """Either of the two; they have the same kind, name and agent."""
        found = self.a or self.b
        assert found is not None
        return found


def key_of(step: Step) -> Key:
    """What makes two steps the same step of two runs."""
    return (step.kind, step.name, step.agent)


def pair_up(a: Tree, b: Tree) -> list[Pair]:
    """All steps of both runs from top to bottom, each once.

    A run is a run: where each has one root, these are a pair whatever they are called. Below a step that
    only one run has, there are only steps of that run. Steps that the longest common subsequence leaves over
    and that are the same all the same are paired too, as moved: what runs side by side begins in any order.
    """
    roots_a, roots_b = [a.steps[root] for root in a.roots], [b.steps[root] for root in b.roots]
    if len(roots_a) == len(roots_b) == 1:
        waiting = [Pair(roots_a[0], roots_b[0], 0)]
    else:
        waiting = list(_siblings(roots_a, roots_b, 0, None))[::-1]
    found: list[Pair] = []
    while waiting:
        pair = waiting.pop()
        found.append(pair)
        below_a = a.below(pair.a.span_id) if pair.a else []
        below_b = b.below(pair.b.span_id) if pair.b else []
        parent_a = pair.a.span_id if pair.a else None
        waiting.extend(list(_siblings(below_a, below_b, pair.depth + 1, parent_a))[::-1])
    return found


def _siblings(a: Sequence[Step], b: Sequence[Step], depth: int, parent_a: str | None) -> Iterator[Pair]:
    keys_a, keys_b = [key_of(step) for step in a], [key_of(step) for step in b]
    aligned = align(keys_a, keys_b)
    moved = _moved(keys_a, keys_b, aligned)
    taken = set(moved.values())
    at_a = at_b = 0
    for i, j in [*aligned, (len(a), len(b))]:
        for place in range(at_a, i):
            other = moved.get(place)
            yield Pair(a[place], None if other is None else b[other], depth, other is not None, parent_a)
        for place in range(at_b, j):
            if place not in taken:
                yield Pair(None, b[place], depth, False, parent_a)
        if i < len(a):
            yield Pair(a[i], b[j], depth, False, parent_a)
        at_a, at_b = i + 1, j + 1


def _moved(a: Sequence[Key], b: Sequence[Key], aligned: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Of what is left over on both sides, the same with the same: the first with the first."""
    used_a, used_b = {i for i, _ in aligned}, {j for _, j in aligned}
    left: dict[Key, list[int]] = {}
    for place in reversed(range(len(b))):
        if place not in used_b:
            left.setdefault(b[place], []).append(place)
    return {place: left[key].pop() for place, key in enumerate(a) if place not in used_a and left.get(key)}
