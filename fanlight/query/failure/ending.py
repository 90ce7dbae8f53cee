"""Runs that end without an error of their own: killed, cancelled, silent. And what their logs say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from fanlight.model.failure import Cause, Statement
from fanlight.model.step import Step
from fanlight.query.failure.blame import Blame, Ground, blame
from fanlight.query.failure.kinds import kind_of_text
from fanlight.query.failure.story import FATAL, LogLine, Story
from fanlight.query.loops.detect import find_loops

LATE_NS = 2_000_000_000
"""A log record about a failure is written up to so long after it."""

_VAGUE = frozenset({"error", "tool_error", "model_error", "retrieval_error", "cancelled"})
_LOG_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run without an error of its own ended."""

    cause: Cause
    symptom: Statement
    way: Sequence[Step]


def blame_silence(story: Story, ground: Ground) -> Ending | None:
    """The cause of a run that was lost or cancelled, or whose error is on no root span."""
    steps = list(ground.tree.steps.values())
    if not steps:
        return None
    if story.status == "cancelled":
        return _cancelled(ground)
    last_ns = max(step.start_ns if step.end_ns is None else step.end_ns for step in steps)
    symptom = Statement(kind="lost", statement="the run never ended: nothing more was heard of it",
                        span_id=_newest_open(steps).span_id)  # fmt: skip
    return (
        _last_words(story, ground, symptom)
        or _endless(ground, symptom, last_ns)
        or _last_error(ground, symptom, last_ns)
        or _lost(ground, symptom)
    )


def blame_logs(story: Story, ground: Ground, found: Blame) -> Cause | None:
    """The log record that says more about a failure than any span does; None when none does."""
    if found.kind not in _VAGUE or (
        found.confidence == "high" and found.step.error_message and not _is_root(ground, found)
    ):
        return None
    until_ns = (found.step.end_ns or found.step.start_ns) + LATE_NS
    said = found.step.error_message.strip().lower()
    lines = [
        line
        for line in _unrecovered(story, ground)
        if line.time_ns <= until_ns and not (said and said in line.text.lower())
    ]
    telling = [line for line in lines if kind_of_text(line.error_type, line.text)]
    chosen = telling or (lines if not said else [])
    return _logged(chosen[0], ground, "medium") if chosen else None


def unexplained_logs(story: Story, ground: Ground) -> list[LogLine]:
    """Error logs that belong to nothing that was made up for."""
    return _unrecovered(story, ground)


def _is_root(ground: Ground, found: Blame) -> bool:
    return found.step.span_id in ground.tree.roots


def _unrecovered(story: Story, ground: Ground) -> list[LogLine]:
    made_up = [
        (step, by)
        for step in ground.tree.steps.values()
        if step.failed and (by := ground.history.made_up_for(step)) is not None
    ]
    kept = []
    for line in story.logs:
        covered = any(
            line.span_id == step.span_id
            or (step.start_ns <= line.time_ns <= max(by.start_ns, step.end_ns or step.start_ns) + LATE_NS)
            for step, by in made_up
        )
        if not covered:
            kept.append(line)
    return kept


def _logged(line: LogLine, ground: Ground, confidence: str) -> Cause:
    type_ = line.error_type.rpartition(".")[2]
    text = line.text.strip()[:_LOG_CHARACTERS]
    said = text if not type_ or type_ in text else f"{type_}: {text}"
    return Cause(
        kind=kind_of_text(line.error_type, line.text) or "log_error",
        statement=f"the log says: {said}",
        confidence=confidence,
        span_id=line.span_id if line.span_id in ground.tree.steps else None,
        log_id=line.log_id,
    )


def _last_words(story: Story, ground: Ground, symptom: Statement) -> Ending | None:
    lines = _unrecovered(story, ground)
    telling = [line for line in lines if line.severity >= FATAL or kind_of_text(line.error_type, line.text)]
    if not telling:
        return None
    cause = _logged(telling[-1], ground, "high" if telling[-1].severity >= FATAL else "medium")
    if cause.span_id is None:
        cause = msgspec.structs.replace(cause, span_id=symptom.span_id)
    return Ending(cause, symptom, _way_up(ground, cause.span_id or symptom.span_id))


def _endless(ground: Ground, symptom: Statement, last_ns: int) -> Ending | None:
    loops = [loop for loop in find_loops(ground.calls) if last_ns - loop.until_ns <= 60_000_000_000]
    if not loops:
        return None
    loop = max(loops, key=lambda found: found.times)
    first = loop.span_ids[0]
    cause = Cause(kind="loop", statement=loop.statement, confidence="medium", span_id=first)
    return Ending(cause, symptom, _way_up(ground, first))


def _last_error(ground: Ground, symptom: Statement, last_ns: int) -> Ending | None:
    """An error that was the last thing heard of: most likely it ended the process."""
    ended = [
        step
        for step in ground.tree.steps.values()
        if step.failed and step.end_ns is not None and ground.history.made_up_for(step) is None
    ]
    top = [step for step in ended if not any(above.failed for above in ground.tree.above(step.span_id))]
    last = max(top, key=lambda step: step.end_ns or 0, default=None)
    if last is None or any(
        step.start_ns >= (last.end_ns or 0) and step.span_id != last.span_id
        for step in ground.tree.steps.values()
    ):
        return None
    found = blame(ground, last)
    cause = Cause(kind=found.kind, statement=found.statement, confidence="medium", span_id=found.step.span_id)
    return Ending(cause, symptom, (*found.way, *ground.tree.above(last.span_id)))


def _lost(ground: Ground, symptom: Statement) -> Ending:
    steps = list(ground.tree.steps.values())
    last = _newest_open(steps)
    name = last.tool or last.name
    if last.end_ns is None:
        said, confidence = f"the process went away while {name} was running", "high"
    else:
        said, confidence = f"the process went away after {name} had ended", "medium"
    cause = Cause(kind="lost", statement=said, confidence=confidence, span_id=last.span_id)
    return Ending(cause, symptom, _way_up(ground, last.span_id))


def _cancelled(ground: Ground) -> Ending:
    root = ground.tree.steps[ground.tree.roots[0]]
    said = f"{root.name} was cancelled from outside"
    cause = Cause(kind="cancelled", statement=said, confidence="medium", span_id=root.span_id)
    return Ending(cause, Statement(kind="cancelled", statement=said, span_id=root.span_id), (root,))


def _newest_open(steps: Sequence[Step]) -> Step:
    """The step that was begun last and has not ended; when all have, the one that ended last."""
    going_on = [step for step in steps if step.end_ns is None]
    if going_on:
        return max(going_on, key=lambda step: (step.start_ns, step.span_id))
    return max(steps, key=lambda step: (step.end_ns or 0, step.start_ns))


def _way_up(ground: Ground, span_id: str | None) -> Sequence[Step]:
    if span_id is None or span_id not in ground.tree.steps:
        return ()
    return (ground.tree.steps[span_id], *ground.tree.above(span_id))
