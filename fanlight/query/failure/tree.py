"""The steps of a run as a tree: orphans under the root, rings broken, clocks of other hosts set right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from fanlight.model.step import Step


@dataclass(frozen=True)
class Tree:
    """Steps by id in order of start, with the way up and down.

    `orphans` are spans whose parent never came, `skewed` spans whose clock differed from their parent's.
    """

    steps: dict[str, Step]
    parents: dict[str, str]
    children: dict[str, tuple[str, ...]]
    roots: tuple[str, ...]
    orphans: frozenset[str]
    skewed: frozenset[str]

    @cached_property
    def ordered(self) -> tuple[Step, ...]:
        """All steps by start."""
        return tuple(sorted(self.steps.values(), key=lambda step: (step.start_ns, step.span_id)))

    @cached_property
    def troubled(self) -> frozenset[str]:
        """Spans that failed, and all those above them."""
        found: set[str] = set()
        for step in self.steps.values():
            at = step.span_id if step.failed else None
            while at is not None and at not in found:
                found.add(at)
                at = self.parents.get(at)
        return frozenset(found)

    def below(self, span_id: str) -> list[Step]:
        """The direct children of a span, by start."""
        return [self.steps[child] for child in self.children.get(span_id, ())]

    def subtree(self, span_id: str) -> Iterator[Step]:
        """A span and everything below it."""
        waiting = [span_id]
        while waiting:
            at = waiting.pop()
            yield self.steps[at]
            waiting.extend(reversed(self.children.get(at, ())))

    def above(self, span_id: str) -> Iterator[Step]:
        """The ancestors of a span, nearest first."""
        at = self.parents.get(span_id)
        while at is not None:
            yield self.steps[at]
            at = self.parents.get(at)


def plant(steps: Sequence[Step]) -> Tree:
    """The tree that `steps` make.

    A span whose parent never came hangs below the first root, because something of the run started it.
    Spans that are each other's parents: the earliest of them loses its parent.

    Example:
        >>> parents = {"a": None, "b": "a", "c": "?"}
        >>> tree = plant([Step(span_id=name, parent_id=parent) for name, parent in parents.items()])
        >>> tree.roots, [step.span_id for step in tree.below("a")], sorted(tree.orphans)
        (('a',), ['b', 'c'], ['c'])
    """
    ordered = sorted(steps, key=lambda step: (step.start_ns, step.span_id))
    by_id = {step.span_id: step for step in ordered}
    wanted = {step.span_id: step.parent_id for step in ordered if step.parent_id}
    orphans = {span_id for span_id, parent in wanted.items() if parent not in by_id}
    parents = {span_id: parent for span_id, parent in wanted.items() if parent in by_id}
    _break_rings(parents, [step.span_id for step in ordered])
    true_roots = [
        step.span_id for step in ordered if step.span_id not in parents and step.span_id not in orphans
    ]
    if true_roots:
        parents.update(dict.fromkeys(orphans, true_roots[0]))
    roots = tuple(step.span_id for step in ordered if step.span_id not in parents)
    children: dict[str, list[str]] = {}
    for step in ordered:
        if step.span_id in parents:
            children.setdefault(parents[step.span_id], []).append(step.span_id)
    set_right, skewed = _set_clocks(by_id, children, roots, orphans)
    return Tree(
        steps=set_right,
        parents=parents,
        children={
            span_id: tuple(sorted(below, key=lambda child: (set_right[child].start_ns, child)))
            for span_id, below in children.items()
        },
        roots=roots,
        orphans=frozenset(orphans),
        skewed=frozenset(skewed),
    )


def _break_rings(parents: dict[str, str], ordered: Sequence[str]) -> None:
    settled: set[str] = set()
    for start in ordered:
        way: list[str] = []
        on_way: set[str] = set()
        at: str | None = start
        while at is not None and at not in settled and at not in on_way:
            way.append(at)
            on_way.add(at)
            at = parents.get(at)
        if at is not None and at in on_way:
            ring = way[way.index(at) :]
            del parents[min(ring, key=ordered.index)]
        settled.update(way)


def _set_clocks(
    steps: dict[str, Step], children: dict[str, list[str]], roots: Sequence[str], orphans: set[str]
) -> tuple[dict[str, Step], set[str]]:
    """Steps with the clocks of other services moved into their parent's time.

    A child of another service that lies wholly outside of its parent cannot have happened then: its subtree
    is moved to the middle of the parent. A child that only reaches beyond it may simply have outlived it.
    """
    moved: dict[str, Step] = {}
    skewed: set[str] = set()
    waiting = [(root, 0) for root in roots]
    while waiting:
        span_id, shift = waiting.pop()
        step = steps[span_id]
        moved[span_id] = _shifted(step, shift)
        for child_id in children.get(span_id, ()):
            child = steps[child_id]
            own = shift
            if child_id not in orphans and child.service != step.service:
                delta = _skew(moved[span_id], _shifted(child, shift))
                if delta:
                    skewed.add(child_id)
                    own += delta
            waiting.append((child_id, own))
    return moved, skewed


def _skew(parent: Step, child: Step) -> int:
    if parent.end_ns is None or parent.duration_ns is None:
        return 0
    child_end = child.start_ns if child.end_ns is None else child.end_ns
    if child_end >= parent.start_ns and child.start_ns <= parent.end_ns:
        return 0
    room = max(parent.duration_ns - (child_end - child.start_ns), 0)
    return parent.start_ns + room // 2 - child.start_ns


def _shifted(step: Step, by_ns: int) -> Step:
    if not by_ns:
        return step
    return replace(
        step,
        start_ns=step.start_ns + by_ns,
        end_ns=None if step.end_ns is None else step.end_ns + by_ns,
    )
