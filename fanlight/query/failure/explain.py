"""Why a run failed: the verdict, its cause, the way from there to what was seen, and what else was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fanlight.model.failure import Cause, Failure, FailureVerdict, Link, Statement
from fanlight.model.step import Step
from fanlight.query.failure.blame import Blame, Ground, blame, told
from fanlight.query.failure.ending import Ending, blame_logs, blame_silence
from fanlight.query.failure.kinds import advice, kind_of
from fanlight.query.failure.story import Story
from fanlight.query.failure.suspicion import suspect
from fanlight.query.failure.tree import Tree, plant

MOST_NOTES = 20
"""So many notes of one kind are worth reading."""


@dataclass(slots=True)
class _Answer:
    verdict: FailureVerdict
    cause: Cause | None = None
    symptom: Statement | None = None
    way: Sequence[Step] = ()
    notes: list[Statement] = field(default_factory=list)


def explain(story: Story) -> Failure:
    """The answer for one run, from what is stored alone.

    Example:
        >>> root = Step(span_id="a", name="plan", kind="agent", status="error", start_ns=0, end_ns=9)
        >>> tool = Step(
        ...     span_id="b", parent_id="a", name="fetch", kind="tool", status="error", start_ns=1, end_ns=8,
        ...     error_type="ConnectError", error_message="connection refused",
        ... )
        >>> explain(Story(run_id="r", trace_id="t", status="error", steps=(root, tool))).cause.statement
        'fetch failed: ConnectError: connection refused'
    """
    tree = plant(story.steps)
    ground = Ground.of(tree)
    answer = _judged(story, ground)
    notes = [*answer.notes, *_recovered(ground, answer.way), *_oddities(tree)]
    return Failure(
        run_id=story.run_id,
        trace_id=story.trace_id,
        status=story.status,
        verdict=answer.verdict,
        cause=answer.cause,
        symptom=answer.symptom,
        chain=[Link(span_id=step.span_id, name=step.name, statement=_link(step)) for step in answer.way],
        retries=[attempts.told() for attempts in ground.history.attempts],
        notes=_few(notes),
        next=advice(answer.cause.kind) if answer.cause else None,
        truncated=story.truncated,
    )


def _judged(story: Story, ground: Ground) -> _Answer:
    roots = [ground.tree.steps[root] for root in ground.tree.roots]
    failed = [root for root in roots if root.failed]
    if failed and (story.status in {"error", "cancelled", "lost"} or failed[0] is roots[0]):
        return _failed(story, ground, failed[0])
    if story.status in {"lost", "error", "cancelled"}:
        ended = blame_silence(story, ground)
        if ended is not None:
            return _ended(ended)
    suspected = suspect(story, ground)
    if suspected is not None:
        return _Answer(FailureVerdict.SUSPICIOUS, suspected.cause, suspected.symptom, suspected.way)
    notes = []
    if story.status == "running":
        notes = [Statement(kind="running", statement="the run has not ended; this is what is known so far")]
    if story.status == "suspended":
        notes = [Statement(kind="suspended", statement="the run waits to be continued")]
    return _Answer(FailureVerdict.NO_FAILURE, notes=notes)


def _failed(story: Story, ground: Ground, symptom: Step) -> _Answer:
    found = blame(ground, symptom)
    said = Statement(kind=kind_of(symptom), statement=told(symptom), span_id=symptom.span_id)
    logged = blame_logs(story, ground, found)
    if logged is not None:
        return _Answer(FailureVerdict.FAILED, logged, said, _from(logged, ground.tree, found))
    return _Answer(FailureVerdict.FAILED, _cause(found), said, found.way)


def _ended(ending: Ending) -> _Answer:
    return _Answer(FailureVerdict.FAILED, ending.cause, ending.symptom, ending.way)


def _cause(found: Blame) -> Cause:
    return Cause(
        kind=found.kind, statement=found.statement, confidence=found.confidence, span_id=found.step.span_id
    )


def _from(cause: Cause, tree: Tree, found: Blame) -> Sequence[Step]:
    if cause.span_id is None or any(step.span_id == cause.span_id for step in found.way):
        return found.way
    return (tree.steps[cause.span_id], *found.way) if cause.span_id in tree.steps else found.way


def _link(step: Step) -> str:
    if step.failed:
        return told(step)
    if step.end_ns is None:
        return f"{step.tool or step.name} never ended"
    return f"{step.tool or step.name} took {(step.duration_ns or 0) / 1e9:.1f} s"


def _recovered(ground: Ground, way: Sequence[Step]) -> list[Statement]:
    """Errors that something made up for: they are no failure, and said as such."""
    on_way = {step.span_id for step in way}
    found = []
    for step in ground.tree.steps.values():
        if not step.failed or step.span_id in on_way:
            continue
        by = ground.history.made_up_for(step)
        if by is not None:
            name = by.tool or by.name
            what = "a later attempt" if name == (step.tool or step.name) else name
            said = f"{told(step)}; {what} made up for it"
            found.append(Statement(kind="recovered", statement=said, span_id=step.span_id))
    return found


def _oddities(tree: Tree) -> list[Statement]:
    found = [
        Statement(
            kind="orphan", statement=f"the parent of {tree.steps[span_id].name} never came", span_id=span_id
        )
        for span_id in sorted(tree.orphans)
    ]
    found += [
        Statement(
            kind="clock_skew",
            statement=f"the clock of {tree.steps[span_id].service or 'another host'} differs; its spans were"
            " moved into their parent's time",
            span_id=span_id,
        )
        for span_id in sorted(tree.skewed)
    ]
    return found


def _few(notes: Sequence[Statement]) -> list[Statement]:
    counts: dict[str, int] = {}
    kept = []
    for note in notes:
        counts[note.kind] = counts.get(note.kind, 0) + 1
        if counts[note.kind] <= MOST_NOTES:
            kept.append(note)
    left = sum(max(count - MOST_NOTES, 0) for count in counts.values())
    if left:
        kept.append(Statement(kind="more", statement=f"{left:,} more notes are left out"))
    return kept
