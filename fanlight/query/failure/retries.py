"""Attempts: which steps tried the same thing again, and whether what failed was made up for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from itertools import islice

from fanlight.model.failure import Retry
from fanlight.model.step import Step
from fanlight.query.failure.kinds import kind_of
from fanlight.query.failure.tree import Tree

SLACK_NS = 5_000_000
"""Spans of one host are timed that exactly: an attempt may seem to begin before the last one ended."""

_INSTEAD = ("fallback", "backup", "retry", "secondary", "alternative")
_ABSORB = frozenset({"llm", "tool", "retriever", "embedding", "reranker"})
_PLUMBING = frozenset({"io", "internal"})
_WRAPPERS = frozenset({"internal", "chain", "io"})
_CALLS = frozenset({"tool", "llm", "retriever"})

MOST_LATER = 200
"""An action is tried again soon: among so many later ones of its kind."""


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
        self._agents: dict[str, str] = {}
        self._beside = Shelves((self._beside_key(step), step) for step in tree.ordered)
        self._instead = Shelves(
            ((tree.parents.get(step.span_id), step.kind), step) for step in tree.ordered if _is_instead(step)
        )
        self._anywhere = Shelves(
            ((step.kind, step.tool or step.name), step) for step in tree.ordered if not _bad(step)
        )

    @cached_property
    def attempts(self) -> list[Attempts]:
        """Every action that was tried again, in order of time."""
        found: list[Attempts] = []
        taken: set[str] = set()
        for step in self._tree.ordered:
            if not step.failed or step.span_id in taken:
                continue
            group = self._group(step)
            taken.update(each.span_id for each in group)
            if len(group) > 1:
                found.append(Attempts(tuple(group)))
        return found

    def attempts_of(self, step: Step) -> Attempts | None:
        """The attempts that `step` is one of."""
        return self._by_step.get(step.span_id)

    def made_up_for(self, step: Step) -> Step | None:
        """What made up for a step that failed: a later attempt, a fallback, or whoever caught it above."""
        if step.span_id not in self._made_up:
            self._made_up[step.span_id] = self._find(step)
        return self._made_up[step.span_id]

    @cached_property
    def _by_step(self) -> dict[str, Attempts]:
        return {step.span_id: attempts for attempts in self.attempts for step in attempts.steps}

    def _find(self, step: Step) -> Step | None:
        at: Step | None = step
        while at is not None:
            later = next((each for each in self._later(at) if not _bad(each)), None)
            if later is not None:
                return later
            parent_id = self._tree.parents.get(at.span_id)
            parent = self._tree.steps[parent_id] if parent_id else None
            if parent is None or parent.end_ns is None:
                return None
            if not parent.failed:
                caught = at.kind in _PLUMBING and parent.kind in _ABSORB
                return parent if caught else self._find_wrapper(at, parent)
            at = parent
        return None

    def _find_wrapper(self, step: Step, parent: Step) -> Step | None:
        """A wrapper that does not fail with what it wraps may itself be tried again.

        Only wrappers count: whoever did more than this one thing has gone on without it.
        """
        if parent.kind in _WRAPPERS and len(self._tree.children[parent.span_id]) == 1:
            for other in self._beside.later(self._beside_key(parent), parent):
                if (
                    other.name == parent.name
                    and not other.failed
                    and other.span_id not in self._tree.troubled
                ):
                    return other
        return self._again_elsewhere(step)

    def _again_elsewhere(self, step: Step) -> Step | None:
        """The same call, in a later turn of the same agent."""
        if step.kind not in _CALLS:
            return None
        agent = self._agent_of(step)
        for each in self._anywhere.later((step.kind, step.tool or step.name), step):
            if _same_call(step, each) and self._agent_of(each) == agent:
                return each
        return None

    def _agent_of(self, step: Step) -> str:
        if step.span_id not in self._agents:
            above = (step, *self._tree.above(step.span_id))
            found = next((each.span_id for each in above if each.kind == "agent"), "")
            self._agents[step.span_id] = found
        return self._agents[step.span_id]

    def _beside_key(self, step: Step) -> tuple[str | None, str, str]:
        # A model call after a failed one, beside it, is its retry: with this model or with another one.
        action = "" if step.kind == "llm" else step.tool or step.name
        return (self._tree.parents.get(step.span_id), step.kind, action)

    def _later(self, step: Step) -> Iterator[Step]:
        """What stands beside a failed step, later, and does what it failed to do."""
        same = (
            each
            for each in self._beside.later(self._beside_key(step), step)
            if step.kind == "llm" or _same_call(step, each)
        )
        if _is_instead(step):
            return same
        instead = self._instead.later((self._tree.parents.get(step.span_id), step.kind), step)
        return merge(same, instead, key=lambda each: each.start_ns)

    def _group(self, first: Step) -> list[Step]:
        """`first`, which failed, and what tried the same again, up to and with the first success."""
        group = [first]
        for each in self._later(first):
            if is_after(group[-1], each):
                group.append(each)
                if not each.failed:
                    break
        return group


class Shelves:
    """Steps by a key, in order of start, to be asked for those that came later."""

    def __init__(self, steps: Iterable[tuple[Hashable, Step]]) -> None:
        self._steps: dict[Hashable, list[Step]] = {}
        for key, step in steps:
            self._steps.setdefault(key, []).append(step)

    def later(self, key: Hashable, step: Step) -> Iterator[Step]:
        """Those under `key` that began after `step` had ended: the next MOST_LATER of them."""
        shelf = self._steps.get(key, [])
        first = bisect_left(shelf, _ended(step) - SLACK_NS, key=lambda each: each.start_ns)
        return (each for each in islice(shelf, first, first + MOST_LATER) if is_after(step, each))


def is_after(step: Step, other: Step) -> bool:
    """Whether `other` began after `step` had ended, as far as clocks can tell."""
    began = other.start_ns
    return other.span_id != step.span_id and began >= _ended(step) - SLACK_NS and began >= step.start_ns


def _ended(step: Step) -> int:
    return step.start_ns if step.end_ns is None else step.end_ns


def _bad(step: Step) -> bool:
    return step.failed or step.end_ns is None


def _is_instead(step: Step) -> bool:
    name = step.name.lower()
    return any(word in name for word in _INSTEAD)


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
