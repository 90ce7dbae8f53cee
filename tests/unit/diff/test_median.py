"""A run against the median of others: what stands below a step that the run does not have."""

from __future__ import annotations

from fanlight.model.run import Run, RunStatus
from fanlight.model.step import Step
from fanlight.query.diff.median import compare_to_median
from fanlight.query.steps import RunSteps

MS = 1_000_000


def step(span_id: str, parent: str | None, name: str, at: int, ms: int) -> Step:
    return Step(span_id=span_id, parent_id=parent, name=name, start_ns=at * MS, end_ns=(at + ms) * MS)


def run(*steps: Step) -> RunSteps:
    whole = Run(
        id="r",
        trace_id="t",
        name="plan",
        status=RunStatus.SUCCESS,
        started_at="2026-09-21T14:13:20.000000000Z",
    )
    return RunSteps(run=whole, steps=steps)


ROOT = step("root", None, "plan", 0, 1_000)
SEARCH = step("s1", "root", "search", 10, 100)
REQUEST = step("q1", "s1", "request", 20, 60)
ANSWER = step("a1", "root", "answer", 200, 100)


def test_of_a_step_that_the_run_does_not_have_what_is_below_it_is_not_told() -> None:
    others = [run(ROOT, SEARCH, REQUEST, ANSWER)] * 3
    found = compare_to_median(run(ROOT, ANSWER), others)
    assert [(each.change, each.depth, each.name) for each in found.steps] == [
        ("same", 0, "plan"),
        ("only_b", 1, "search"),
        ("same", 1, "answer"),
    ]
    assert (found.same, found.only_a, found.only_b) == (2, 0, 1)


def test_of_a_step_that_the_run_has_what_is_usually_below_it_is_told() -> None:
    others = [run(ROOT, SEARCH, REQUEST, ANSWER)] * 3
    found = compare_to_median(run(ROOT, SEARCH, ANSWER), others)
    assert [(each.change, each.depth, each.name) for each in found.steps] == [
        ("same", 0, "plan"),
        ("same", 1, "search"),
        ("only_b", 2, "request"),
        ("same", 1, "answer"),
    ]
