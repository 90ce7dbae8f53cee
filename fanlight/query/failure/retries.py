"""Attempts: which steps tried the same thing again, and whether what failed was made up for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from fanlight.model.failure import Retry
from fanlight.model.step import Step
from fanlight.query.failure.kinds import kind_of
from fanlight.query.failure.tree import Tree

SLACK_NS = 5_000_000
"""Spans of one host are timed that exactly: an attempt may seem to begin before the last one ended."""

_INSTEAD = ("fallback", "backup", "retry", "secondary", "alternative")
_ABSORB = frozenset({"llm", "tool", "retriever", "embedding", "reranker"})
_PLUMBING = frozenset({"io", "internal"})


@dataclass(frozen=True, slots=True)
class Attempts:
    """Steps that tried the same thing, by start; at least one of them failed."""

    steps: tuple[Step, ...]

    @property
    def first_failed(self) -> Step:
        return next(step for step in self.steps if step.failed)

    @property
    def outcome(self) -> str:
        last = self.steps[-1]
        if last.failed:
            return "failed"
        return "succeeded" if last.end_ns is not None else "unfinished"

    def told(self) -> Retry:
        """As the answer gives it."""
        first, last = self.steps[0], self.steps[-1]
        what = first.tool or first.name
        failures = sum(step.failed for step in self.steps)
        kind = kind_of(self.first_failed).replace("_", " ")
        ends = {
            "succeeded": f"attempt {len(self.steps)} succeeded",
            "failed": f"all {len(self.steps)} attempts failed"
            if failures == len(self.steps)
            else "the last one failed",
            "unfinished": f"attempt {len(self.steps)} never ended",
        }
        with_ = f" with {last.model}" if last.model and last.model != first.model else ""
        return Retry(
            name=what,
            attempts=len(self.steps),
            outcome=self.outcome,
            statement=f"{what} was tried {len(self.steps)} times after {kind}: {ends[self.outcome]}{with_}",
            span_ids=[step.span_id for step in self.steps],
        )


class History:
    """What was tried in a run, and tried again."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._made_up: dict[str, Step | None] = {}

    @cached_property
    def attempts(self) -> list[Attempts]:
        """Every action that was tried again, in order of time."""
        found: list[Attempts] = []
        taken: set[str] = set()
        for step in self._by_start:
            if not step.failed or step.span_id in taken:
                continue
            group = self._group(step)
            taken.update(each.span_id for each in group)
            if len(group) > 1:
                found.append(Attempts(tuple(group)))
        return found

    def attempts_of(self, step: Step) -> Attempts | None:
        """The attempts that `step` is one of."""
        return next((each for each in self.attempts if step in each.steps), None)

    def made_up_for(self, step: Step) -> Step | None:
        """What made up for a step that failed: a later attempt, a fallback, or whoever caught it above."""
        if step.span_id not in self._made_up:
            self._made_up[step.span_id] = self._find(step)
        return self._made_up[step.span_id]

    def _find(self, step: Step) -> Step | None:
        at: Step | None = step
        while at is not None:
            later = next(
                (each for each in self._later(at) if _replaces(at, each) and not self._bad(each)), None
            )
            if later is not None:
                return later
            parent_id = self._tree.parents.get(at.span_id)
            parent = self._tree.steps[parent_id] if parent_id else None
            if parent is None or parent.end_ns is None:
                return None
            if not parent.failed:
                caught = at.kind in _PLUMBING and parent.kind in _ABSORB
                return parent if caught else self._find_above(at, parent)
            at = parent
        return None

    def _find_above(self, step: Step, parent: Step) -> Step | None:
        """A wrapper that does not fail with what it wraps may itself be tried again.

        Only wrappers count: whoever did more than this one thing has gone on without it.
        """
        if parent.kind not in {"internal", "chain", "io"} or len(self._tree.below(parent.span_id)) > 1:
            return self._again_elsewhere(step)
        return self._find_wrapper(step, parent)

    def _find_wrapper(self, step: Step, parent: Step) -> Step | None:
        for sibling in self._later(parent):
            if sibling.name == parent.name and not sibling.failed:
                below = list(self._tree.subtree(sibling.span_id))
                if not any(each.failed for each in below):
                    return sibling
        return self._again_elsewhere(step)

    def _again_elsewhere(self, step: Step) -> Step | None:
        """The same call, in a later turn of the same agent."""
        if step.kind not in {"tool", "llm", "retriever"}:
            return None
        agent = self._agent_of(step)
        for each in self._by_start:
            if (
                each.kind == step.kind
                and _after(step, each)
                and not self._bad(each)
                and _same_call(step, each)
                and self._agent_of(each) == agent
            ):
                return each
        return None

    def _agent_of(self, step: Step) -> str:
        above = (step, *self._tree.above(step.span_id))
        return next((each.span_id for each in above if each.kind == "agent"), "")

    def _bad(self, step: Step) -> bool:
        return step.failed or step.end_ns is None

    def _siblings(self, step: Step) -> list[Step]:
        parent = self._tree.parents.get(step.span_id)
        return self._tree.below(parent) if parent else [self._tree.steps[root] for root in self._tree.roots]

    def _later(self, step: Step) -> list[Step]:
        return [each for each in self._siblings(step) if _after(step, each)]

    def _group(self, first: Step) -> list[Step]:
        """`first`, which failed, and what tried the same again, up to and with the first success."""
        group = [first]
        for each in self._siblings(first):
            if _after(group[-1], each) and _replaces(group[-1], each):
                group.append(each)
                if not each.failed:
                    break
        return group

    @cached_property
    def _by_start(self) -> list[Step]:
        return sorted(self._tree.steps.values(), key=lambda step: (step.start_ns, step.span_id))


def _after(step: Step, other: Step) -> bool:
    end = step.start_ns if step.end_ns is None else step.end_ns
    return (
        other.span_id != step.span_id and other.start_ns >= end - SLACK_NS and other.start_ns >= step.start_ns
    )


def _replaces(step: Step, other: Step) -> bool:
    """Whether `other`, later beside `step`, does what `step` failed to do."""
    if other.kind != step.kind:
        return False
    if any(word in other.name.lower() for word in _INSTEAD) and not any(
        word in step.name.lower() for word in _INSTEAD
    ):
        return True
    if step.kind == "llm":
        # A model call after a failed one, beside it, is its retry: with this model or with another one.
        return True
    return _same_call(step, other)


def _same_call(step: Step, other: Step) -> bool:
    if step.kind == "llm":
        return step.name == other.name
    if (step.tool or step.name) != (other.tool or other.name):
        return False
    if kind_of(step) in {"invalid_arguments", "bad_request"}:
        # What was wrong with the arguments is mended by other arguments.
        return True
    return _call(step) == _call(other) or not (_call(step) and _call(other))


def _call(step: Step) -> int:
    return step.call_hash or step.input_hash
