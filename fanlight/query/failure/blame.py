"""From the last symptom down to the first cause.

The way down goes from a failed span to the failed span below it that explains it, as long as there is one:
the one that says the same words, else whatever failed last, because the run had survived what failed before.
Then the end of the way is looked at: an error there can itself follow from a slow child, from an answer that
was cut short before it, or from a loop.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fanlight.model.step import Step
from fanlight.query.failure.faults import Fault, faults_of, source_of
from fanlight.query.failure.kinds import is_consequence, kind_of
from fanlight.query.failure.retries import History, Shelves
from fanlight.query.failure.tree import Tree
from fanlight.query.loops.calls import Call, calls_of
from fanlight.query.loops.detect import find_loops

SLOW_SHARE = 0.5
"""A child that took half of its parent's time is why the parent ran out of it."""

_ENDLESS = frozenset({"max_steps", "budget", "loop", "context_length"})
_STOPPED = frozenset({"timeout", "cancelled"})
"""What a loop ends in, when nothing else stops it; of the latter only when it befalls the whole."""


@dataclass(frozen=True, slots=True)
class Blame:
    """The first cause, the spans from it up to the symptom, and how sure that is."""

    step: Step
    kind: str
    statement: str
    confidence: str
    way: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """What blame is found on. `sources` are the steps that gave something good, by what they were asked."""

    tree: Tree
    history: History
    faults: tuple[Fault, ...]
    calls: tuple[Call, ...]
    sources: Shelves

    @classmethod
    def of(cls, tree: Tree) -> Ground:
        faults = faults_of(tree)
        bad = {fault.step.span_id for fault in faults}
        good = (step for step in tree.ordered if not step.failed and step.end_ns is not None)
        return cls(
            tree=tree,
            history=History(tree),
            faults=tuple(faults),
            calls=tuple(calls_of(tree.ordered)),
            sources=Shelves((source_of(step), step) for step in good if step.span_id not in bad),
        )


def blame(ground: Ground, symptom: Step) -> Blame:
    """The first cause of a failed step."""
    way, said_the_same = [symptom], True
    while True:
        below = _explaining(ground, way[-1])
        if below is None:
            break
        said_the_same = said_the_same and same_words(below, way[-1])
        way.append(below)
    found = _behind(ground, way)
    if found is not None:
        return found
    end = way[-1]
    sure = len(way) == 1 or said_the_same
    if len(way) == 1 and (ground.tree.below(end.span_id) and kind_of(end) == "error"):
        sure = False
    return Blame(end, kind_of(end), told(end), "high" if sure else "medium", tuple(reversed(way)))


def told(step: Step) -> str:
    """A failed step in one sentence."""
    name = step.tool or step.name
    type_ = step.error_type.rpartition(".")[2]
    parts = [part for part in (type_, step.error_message.strip()) if part]
    if len(parts) == 2 and parts[1].startswith(parts[0]):
        parts = parts[1:]
    return f"{name} failed: {': '.join(parts)[:400]}" if parts else f"{name} failed without saying why"


def same_words(step: Step, other: Step) -> bool:
    """Whether one error is the other one passed on."""
    mine, theirs = _words(step), _words(other)
    if len(mine) >= 8 and len(theirs) >= 8 and (mine in theirs or theirs in mine):
        return True
    both = step.error_type and step.error_type.rpartition(".")[2] == other.error_type.rpartition(".")[2]
    return bool(both) and (not mine or not theirs or mine == theirs)


def _words(step: Step) -> str:
    return re.sub(r"\s+", " ", step.error_message).strip().lower()


def _explaining(ground: Ground, at: Step) -> Step | None:
    """The failed step below `at` that explains its failure."""
    found = _failed_below(ground.tree, at) or _quiet_below(ground.tree, at)
    ends_with_cancel = kind_of(at) == "cancelled"
    genuine = [step for step in found if kind_of(step) != "cancelled"]
    if found and not genuine and not ends_with_cancel:
        # Whoever gives up cancels what it waits for: that is looked at as a slow child.
        return None
    found = genuine or (found if ends_with_cancel else [])
    lasting = [step for step in found if ground.history.made_up_for(step) is None]
    alike = [step for step in (lasting or found) if same_words(step, at)]
    direct = [step for step in lasting if ground.tree.parents.get(step.span_id) == at.span_id]
    chosen = alike or direct or lasting
    if not chosen:
        return None
    if not alike and kind_of(at) == "timeout" and not any(kind_of(step) == "timeout" for step in chosen):
        slow = _slow_below(ground.tree, at)
        if slow is not None and slow not in chosen and not slow.failed:
            return None
    return _first_alike(ground, _last_burst(chosen), lasting)


def _failed_below(tree: Tree, at: Step) -> list[Step]:
    """The nearest failed steps below `at`, also those below steps that did not fail with them."""
    found: list[Step] = []
    waiting = list(tree.below(at.span_id))
    while waiting:
        step = waiting.pop()
        if step.failed:
            found.append(step)
        else:
            waiting.extend(tree.below(step.span_id))
    return sorted(found, key=lambda step: (step.start_ns, step.span_id))


def _quiet_below(tree: Tree, at: Step) -> list[Step]:
    """Steps that recorded the error of `at` without failing: some instrumentations leave it at that."""
    below = (step for step in tree.subtree(at.span_id) if step.span_id != at.span_id)
    return [step for step in below if step.error_message and not step.failed and same_words(step, at)]


def _last_burst(steps: Sequence[Step]) -> Step:
    """Of steps that ran one after the other the last one; of those that ran together the first to fail."""
    burst: list[Step] = []
    burst_end = 0
    for step in sorted(steps, key=lambda step: (step.start_ns, step.span_id)):
        if burst and step.start_ns < burst_end:
            burst.append(step)
        else:
            burst = [step]
        burst_end = max(burst_end if len(burst) > 1 else 0, _end(step))
    return min(burst, key=lambda step: (_end(step), step.start_ns))


def _first_alike(ground: Ground, step: Step, lasting: Sequence[Step]) -> Step:
    """The first that failed in the same way as `step`: of its attempts, and of others that said the same."""
    attempts = ground.history.attempts_of(step)
    same = [each for each in attempts.steps if each.failed] if attempts else []
    same += [each for each in lasting if _words(each) and _words(each) == _words(step)]
    alike = [each for each in same if kind_of(each) == kind_of(step)]
    return min([step, *alike], key=lambda each: (each.start_ns, each.span_id))


def _end(step: Step) -> int:
    return step.start_ns if step.end_ns is None else step.end_ns


def _behind(ground: Ground, way: list[Step]) -> Blame | None:
    """What stands behind the last error of the way, when it is not the first cause itself."""
    end = way[-1]
    kind = kind_of(end)
    if kind in _ENDLESS or (len(way) == 1 and kind in _STOPPED):
        looped = _loop(ground, way) or _in_vain(ground, way)
        if looped is not None:
            return looped
    if kind in {"timeout", "cancelled"}:
        return _slowness(ground, way)
    if kind == "guardrail" and end.kind != "guardrail":
        return _guardrail(ground, way)
    if is_consequence(kind) or kind in {"error", "tool_error", "invalid_arguments", "refused", "guardrail"}:
        return _before(ground, way, only_direct=not is_consequence(kind))
    return None


def _loop(ground: Ground, way: list[Step]) -> Blame | None:
    inside = {step.span_id for step in ground.tree.subtree(way[0].span_id)}
    loops = find_loops([call for call in ground.calls if call.span_id in inside])
    if not loops:
        return None
    loop = max(loops, key=lambda found: found.times)
    first = ground.tree.steps[loop.span_ids[0]]
    return Blame(first, "loop", loop.statement, "high", (first, *_up(first, way)))


def _in_vain(ground: Ground, way: list[Step]) -> Blame | None:
    """A source that never gave anything good, asked more than once: what the turns went into."""
    around = _around(ground, way)
    bad: dict[tuple[str, str], list[Fault]] = {}
    for fault in ground.faults:
        if fault.step.span_id in around and fault.kind in {"tool_reported_error", "refused"}:
            bad.setdefault(source_of(fault.step), []).append(fault)
    for source, faults in bad.items():
        first = faults[0]
        if len(faults) > 1 and next(ground.sources.later(source, first.step), None) is None:
            said = f"{first.statement}; so it did {len(faults)} times, and never anything else"
            return Blame(first.step, first.kind, said, "medium", (first.step, *_up(first.step, way)))
    return None


def _slowness(ground: Ground, way: list[Step]) -> Blame | None:
    end = way[-1]
    slow = _slow_below(ground.tree, end)
    if slow is None or (kind_of(end) == "cancelled" and len(way) > 1):
        return None
    if kind_of(end) == "cancelled" and kind_of(slow) != "timeout":
        return None
    down = [slow]
    while (further := _slow_below(ground.tree, down[-1])) is not None:
        down.append(further)
    last = down[-1]
    whole, took = end.duration_ns, last.duration_ns
    name = last.tool or last.name
    if took is None or last.state != "finished":
        said = f"{name} had not ended when {end.tool or end.name} ran out of time"
    else:
        of = f" of the {_seconds(whole)}" if whole else ""
        said = f"{name} took {_seconds(took)}{of} that {end.tool or end.name} had"
    return Blame(last, "timeout", said, "high", tuple(reversed([*way, *down])))


def _slow_below(tree: Tree, at: Step) -> Step | None:
    """The child that took most of the time of `at`; one that has not ended took all that was left."""
    end = _end(at)
    if end <= at.start_ns:
        return None
    shares = [
        (
            ((min(step.end_ns, end) if step.end_ns is not None else end) - step.start_ns)
            / (end - at.start_ns),
            step,
        )
        for step in tree.below(at.span_id)
    ]
    share, slow = max(shares, key=lambda each: each[0], default=(0.0, at))
    return slow if share >= SLOW_SHARE else None


def _seconds(duration_ns: int | None) -> str:
    return f"{(duration_ns or 0) / 1e9:.1f} s"


def _guardrail(ground: Ground, way: list[Step]) -> Blame | None:
    rails = [step for step in ground.tree.subtree(way[0].span_id) if step.kind == "guardrail"]
    before = [step for step in rails if step.start_ns <= _end(way[-1])]
    if not before:
        return None
    rail = max(before, key=_end)
    said = f"the guardrail {rail.name} stopped the run"
    return Blame(rail, "guardrail", said, "high", (rail, *_up(rail, way)))


def _before(ground: Ground, way: list[Step], *, only_direct: bool) -> Blame | None:
    """The fault or the forgotten error that the way's last error follows from: the last one before it.

    With `only_direct` only a fault inside the failed step itself, or one whose words it repeats, counts.
    """
    found = _faults_before(ground, way, only_direct=only_direct)
    if not only_direct:
        found += _errors_before(ground, way)
    if not found:
        return None
    _, _, step, kind, statement = max(found, key=lambda each: (each[0], each[1]))
    if step.failed:
        deeper = blame(ground, step)
        step, kind, statement = deeper.step, deeper.kind, deeper.statement
    return Blame(step, kind, statement, "medium", (step, *_up(step, way)))


_Candidate = tuple[bool, int, Step, str, str]
"""Whether it lies inside of the failed step, when it ended, the step, its kind, what it is."""


def _faults_before(ground: Ground, way: list[Step], *, only_direct: bool) -> list[_Candidate]:
    end = way[-1]
    inside = {step.span_id for step in ground.tree.subtree(end.span_id)}
    around = _around(ground, way)
    found = []
    for fault in ground.faults:
        step = fault.step
        if step.span_id not in around or _end(step) > _end(end) or _mended(ground, fault, end):
            continue
        if not only_direct or step.span_id in inside or _repeats(end, fault.statement):
            found.append((step.span_id in inside, _end(step), step, fault.kind, fault.statement))
    return found


def _errors_before(ground: Ground, way: list[Step]) -> list[_Candidate]:
    around = _around(ground, way)
    return [
        (False, _end(step), step, kind_of(step), told(step))
        for step in ground.tree.steps.values()
        if step.failed
        and step.span_id in around
        and _end(step) <= way[-1].start_ns
        and kind_of(step) != "cancelled"
        and ground.history.made_up_for(step) is None
    ]


def _around(ground: Ground, way: list[Step]) -> set[str]:
    """What happened in the failed run, apart from the way itself."""
    return {step.span_id for step in ground.tree.subtree(way[0].span_id)} - {step.span_id for step in way}


def _mended(ground: Ground, fault: Fault, end: Step) -> bool:
    """Whether the same source gave something good between the fault and the error."""
    later = ground.sources.later(source_of(fault.step), fault.step)
    return any(_end(step) <= end.start_ns for step in later)


def _repeats(error: Step, statement: str) -> bool:
    words = _words(error)
    said = statement.partition(": ")[2].strip().lower()
    return len(said) >= 8 and (said in words or words in said) and bool(words)


def _up(step: Step, way: Sequence[Step]) -> list[Step]:
    """From what stands before an error up to the symptom: the error, and what it passed through."""
    return [each for each in reversed(way) if each.span_id != step.span_id]
