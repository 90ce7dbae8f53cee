"""The first cause, against runs that people labelled."""

from __future__ import annotations

import pytest

from fanlight.query.failure.explain import explain

from .failing import FAILING
from .healthy import HEALTHY
from .held_out import HELD_OUT
from .traces import Case

LEAST = 0.9


def wrong(case: Case) -> str:
    """What the analysis got wrong about a run, '' when it is right."""
    found = explain(case.story)
    if found.verdict != case.verdict:
        said = f"{found.cause.kind}: {found.cause.statement}" if found.cause else ""
        return f"{case.name}: verdict {found.verdict}, not {case.verdict} {said}"
    if found.cause is None:
        return "" if not case.spans else f"{case.name}: no cause"
    right = found.cause.span_id in case.spans and found.cause.kind in case.kinds
    if case.log_id is not None and found.cause.log_id != case.log_id:
        right = False
    if right:
        return ""
    expected = f"{'|'.join(sorted(case.kinds))} at {'|'.join(sorted(case.spans))}"
    return f"{case.name}: {found.cause.kind} at {found.cause.span_id}, not {expected}"


def share_right(cases: tuple[Case, ...]) -> float:
    """How many are right; prints those that are wrong."""
    mistakes = [mistake for each in cases if (mistake := wrong(each))]
    print("\n".join(["", *mistakes, f"{len(cases) - len(mistakes)} of {len(cases)} first causes right"]))
    return 1 - len(mistakes) / len(cases)


def test_the_first_cause_of_labelled_runs_is_right() -> None:
    assert len(FAILING) + len(HELD_OUT) >= 40
    assert share_right(FAILING) >= LEAST


def test_the_first_cause_of_runs_that_were_never_tuned_on_is_right() -> None:
    assert len(HELD_OUT) >= (len(FAILING) + len(HELD_OUT)) // 4
    assert share_right(HELD_OUT) >= LEAST


@pytest.mark.parametrize("case", HEALTHY, ids=lambda case: case.name)
def test_nothing_is_found_in_a_healthy_run(case: Case) -> None:
    assert wrong(case) == ""


@pytest.mark.parametrize("case", [*FAILING, *HELD_OUT], ids=lambda case: case.name)
def test_every_statement_stands_on_a_span_or_a_log_record_of_the_run(case: Case) -> None:
    found = explain(case.story)
    spans = {step.span_id for step in case.story.steps}
    logs = {line.log_id for line in case.story.logs}
    said = [each for each in (found.cause, found.symptom, *found.notes) if each is not None]
    assert said
    for each in said:
        assert each.span_id in spans or each.log_id in logs
    assert {link.span_id for link in found.chain} <= spans
    assert {span for retry in found.retries for span in retry.span_ids} <= spans
    assert found.next
