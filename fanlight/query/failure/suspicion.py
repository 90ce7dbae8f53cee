"""What is wrong in a run that ended well: errors that nothing made up for, answers that stand on nothing."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from fanlight.model.failure import Cause, Statement
from fanlight.model.step import Step
from fanlight.query.failure.blame import Ground, blame
from fanlight.query.failure.ending import unexplained_logs
from fanlight.query.failure.faults import Fault, fault_of, source_of
from fanlight.query.failure.kinds import kind_of, kind_of_text
from fanlight.query.failure.retries import is_after
from fanlight.query.failure.story import FATAL, Story
from fanlight.query.loops.detect import find_loops

_ACTS = re.compile(
    r"(?:^|_)(?:send|delete|remove|update|write|save|set|create|insert|post|put|patch|notify|log|close|cancel|commit"
    r"|click|type|press|scroll|navigate|wait|sleep|upload|move|rename|mkdir|run|exec|execute|bash|shell|apply|edit"
    r"|transfer|handoff|store|add|append|emit|publish|mark|clear|reset|stop|start|install)(?:_|$)"
)
_CHECKS = re.compile(
    r"(?:^|_)(?:check|validate|verify|lint|detect|conflicts?|duplicates?|errors?|issues?|violations?|vulnerabilit\w+|scan"
    r"|audit|moderate|moderation|guard|overdue|alerts?|blockers?|diff|warnings?)(?:_|$)"
)
_SAYS_SO = re.compile(
    r"(?:no|not|n't|couldn['’]t|could not|unable to|nothing|without|zero|failed to|cannot|can['’]t)\b.{0,60}"
    r"(?:find|found|any|available|results?|match\w*|record\w*|information|data|access|retrieve|exist\w*|locate"
    r"|look up|reach)"
    r"|(?:sorry|unfortunately|apologi[sz]e)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What is wrong although the run ended well."""

    cause: Cause
    symptom: Statement | None
    way: Sequence[Step]


def suspect(story: Story, ground: Ground) -> Suspicion | None:
    """The gravest thing that is wrong; None when nothing is."""
    return (
        _looping(ground)
        or _unmended_error(ground)
        or _unmended_fault(ground)
        or _never_ended(story, ground)
        or _logged(story, ground)
    )


def _looping(ground: Ground) -> Suspicion | None:
    loops = find_loops(ground.calls)
    if not loops:
        return None
    loop = max(loops, key=lambda found: found.times)
    first = ground.tree.steps[loop.span_ids[0]]
    cause = Cause(kind="loop", statement=loop.statement, confidence="high", span_id=first.span_id)
    return Suspicion(cause, None, (first, *ground.tree.above(first.span_id)))


def _unmended_error(ground: Ground) -> Suspicion | None:
    for step in ground.tree.ordered:
        if not step.failed or kind_of(step) == "cancelled" or ground.history.made_up_for(step) is not None:
            continue
        found = blame(ground, step)
        cause = Cause(
            kind=found.kind, statement=f"{found.statement}; nothing made up for it", confidence="medium",
            span_id=found.step.span_id,
        )  # fmt: skip
        symptom = Statement(kind="handled", statement="the run went on without it and ended well",
                            span_id=_root_of(ground, step).span_id)  # fmt: skip
        return Suspicion(cause, symptom, (*found.way, *ground.tree.above(found.way[-1].span_id)))
    return None


def _unmended_fault(ground: Ground) -> Suspicion | None:
    for fault in ground.faults:
        symptom = _answer_on(ground, fault)
        if symptom is not None:
            cause = Cause(
                kind=fault.kind, statement=fault.statement, confidence="medium", span_id=fault.step.span_id
            )
            return Suspicion(cause, symptom, (fault.step, *ground.tree.above(fault.step.span_id)))
    return None


def _answer_on(ground: Ground, fault: Fault) -> Statement | None:
    """What came of a fault, None when it was mended or does no harm."""
    step = fault.step
    again = ground.sources.later(source_of(step), step)
    if step.kind == "llm":
        if any(_same_hand(ground, step, each) for each in again):
            return None
        return Statement(kind=fault.kind, statement="the run ended with this answer", span_id=step.span_id)
    answer = next((each for each in reversed(ground.tree.ordered) if each.kind == "llm"), None)
    if answer is None or not is_after(step, answer) or next(again, None) is not None:
        return None
    if fault.kind == "empty_result" and not _is_source(step):
        return None
    if _others_gave(ground, fault) or _SAYS_SO.search(answer.output or ""):
        return None
    return Statement(
        kind="answered", statement=f"{answer.name} answered all the same", span_id=answer.span_id
    )


def _same_hand(ground: Ground, step: Step, other: Step) -> bool:
    """Whether two model calls are of one agent, so that the later one goes on from the earlier."""
    return _agent(ground, step) == _agent(ground, other)


def _agent(ground: Ground, step: Step) -> str:
    return next((above.span_id for above in ground.tree.above(step.span_id) if above.kind == "agent"), "")


def _is_source(step: Step) -> bool:
    """Whether a step is asked for what it gives; what it does, or checks, may well give nothing."""
    name = (
        re.sub(r"([a-z])([A-Z])", r"\1_\2", step.tool or step.name)
        .lower()
        .replace("-", "_")
        .replace(" ", "_")
    )
    return step.kind == "retriever" or not (_ACTS.search(name) or _CHECKS.search(name))


def _others_gave(ground: Ground, fault: Fault) -> bool:
    """Whether another source, asked in the same turn or later, gave something."""
    ordered = ground.tree.ordered
    place = bisect_left(ordered, fault.step.start_ns, key=lambda each: each.start_ns)
    turn = next((at for at in range(place - 1, -1, -1) if ordered[at].kind == "llm"), 0)
    return any(
        each.kind in {"tool", "retriever"}
        and each.span_id != fault.step.span_id
        and each.output is not None
        and not each.failed
        and fault_of(each) is None
        and _is_source(each)
        for each in islice(ordered, turn, None)
    )


def _never_ended(story: Story, ground: Ground) -> Suspicion | None:
    lost = [step for step in ground.tree.ordered if step.state == "lost"]
    if story.status == "running" or not lost:
        return None
    last = lost[-1]
    cause = Cause(
        kind="lost", statement=f"{last.name} never ended", confidence="medium", span_id=last.span_id
    )
    return Suspicion(cause, None, (last, *ground.tree.above(last.span_id)))


def _logged(story: Story, ground: Ground) -> Suspicion | None:
    lines = unexplained_logs(story, ground)
    if not lines:
        return None
    line = max(lines, key=lambda each: (each.severity >= FATAL, -each.time_ns))
    cause = Cause(
        kind=kind_of_text(line.error_type, line.text) or "log_error",
        statement=f"the log has an error: {line.text.strip()[:400]}",
        confidence="medium" if line.severity >= FATAL else "low",
        span_id=line.span_id if line.span_id in ground.tree.steps else None,
        log_id=line.log_id,
    )
    return Suspicion(cause, None, ())


def _root_of(ground: Ground, step: Step) -> Step:
    return [step, *ground.tree.above(step.span_id)][-1]
