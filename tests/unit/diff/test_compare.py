"""Two runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from fanlight.model.run import Cost, Run, RunStatus, Tokens
from fanlight.model.step import Step
from fanlight.query.diff.compare import compare
from fanlight.query.diff.median import compare_to_median
from fanlight.query.steps import RunSteps

MS = 1_000_000


def step(
    span_id: str,
    parent: str | None,
    name: str,
    *,
    at: int = 0,
    ms: int = 100,
    kind: str = "llm",
    **more: object,
) -> Step:
    """One step `at` milliseconds after the run began."""
    made = Step(
        span_id=span_id, parent_id=parent, name=name, kind=kind, start_ns=at * MS, end_ns=(at + ms) * MS
    )
    return replace(made, **more)  # type: ignore[arg-type]


def run(steps: Sequence[Step], *, run_id: str = "r", status: str = "success", **more: object) -> RunSteps:
    whole = Run(
        id=run_id,
        trace_id="t",
        name="plan",
        agent="planner",
        status=RunStatus(status),
        started_at="2026-09-21T14:13:20.000000000Z",
        duration_ms=1_000.0,
        tokens=Tokens(input=100, output=10),
        cost=Cost(amount="0.01"),
    )
    return RunSteps(run=whole, steps=tuple(steps), **more)  # type: ignore[arg-type]


BASE = [
    step("r", None, "plan", kind="agent", ms=1_000),
    step("m1", "r", "chat", at=10, tokens_input=50, tokens_output=5, cost=Decimal("0.004"), output_hash=1),
    step("t1", "r", "search", at=200, kind="tool", output_hash=2),
    step("m2", "r", "chat", at=400, tokens_input=50, tokens_output=5, cost=Decimal("0.006"), output_hash=3),
]


def changes(found: object) -> list[tuple[str, str, list[str]]]:
    return [(each.change, each.name, each.differences) for each in found.steps]  # type: ignore[attr-defined]


def test_a_run_does_not_differ_from_itself() -> None:
    found = compare(run(BASE), run(BASE), changed_only=True)
    assert (found.steps, found.differences) == ([], [])
    assert (found.same, found.changed, found.only_a, found.only_b) == (4, 0, 0, 0)


def test_a_step_that_only_one_run_has_stands_in_its_place() -> None:
    other = [*BASE[:3], step("t2", "r", "search", at=320, kind="tool", output_hash=2), BASE[3]]
    assert changes(compare(run(BASE), run(other))) == [
        ("same", "plan", []), ("same", "chat", []), ("same", "search", []), ("only_b", "search", []),
        ("same", "chat", []),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"tokens_input": 51}, ["tokens"]),
        ({"cost": Decimal("0.005")}, ["cost"]),
        ({"cost": None}, ["cost"]),
        ({"model": "other"}, ["model"]),
        ({"output_hash": 9}, ["output"]),
        ({"status": "error", "error_type": "E"}, ["outcome"]),
        ({"end_ns": None, "state": "lost"}, ["time", "outcome"]),
        ({"end_ns": 500 * MS}, ["time"]),
        ({"end_ns": 115 * MS}, []),
    ],
)
def test_an_aligned_step_says_in_what_it_differs(change: dict[str, object], difference: list[str]) -> None:
    other = [BASE[0], replace(BASE[1], **change), *BASE[2:]]  # type: ignore[arg-type]
    assert compare(run(BASE), run(other)).steps[1].differences == difference


def test_steps_that_ran_side_by_side_are_the_same_in_any_order() -> None:
    a = [BASE[0], step("x", "r", "left", at=10), step("y", "r", "right", at=11)]
    b = [BASE[0], step("y", "r", "right", at=10), step("x", "r", "left", at=11)]
    found = compare(run(a), run(b))
    assert sorted(each.name for each in found.steps if each.a and each.b) == ["left", "plan", "right"]
    assert (found.only_a, found.only_b) == (0, 0)
    assert [each.differences for each in found.steps if each.change == "changed"] == [["order"]]


def test_what_lies_below_a_step_of_one_run_is_of_that_run() -> None:
    b = [*BASE, step("s", "r", "sub", at=600, kind="agent"), step("m3", "s", "chat", at=610)]
    assert changes(compare(run(BASE), run(b)))[-2:] == [("only_b", "sub", []), ("only_b", "chat", [])]


def test_the_roots_are_a_pair_whatever_they_are_called() -> None:
    b = [replace(BASE[0], name="plan again"), *BASE[1:]]
    assert changes(compare(run(BASE), run(b)))[0] == ("changed", "plan", ["name"])


def test_runs_differ_in_outcome_and_figures() -> None:
    b = run(BASE, run_id="s", status="error")
    found = compare(run(BASE), b)
    assert found.differences == ["outcome"]
    assert (found.a.id, found.a.steps, found.b.status) == ("r", 4, "error")


def test_a_step_is_compared_with_the_median_of_the_runs_that_have_it() -> None:
    slow = [BASE[0], replace(BASE[1], end_ns=2_010 * MS, tokens_input=500), *BASE[2:]]
    others = [
        run([BASE[0], replace(BASE[1], end_ns=(10 + ms) * MS), *BASE[2:]], run_id=f"o{ms}")
        for ms in (90, 100, 500)
    ]
    found = compare_to_median(run(slow), others)
    assert found.b.runs == ["o90", "o100", "o500"]
    [usual] = [each for each in found.steps if each.change == "changed"]
    assert (usual.name, usual.differences) == ("chat", ["time", "tokens"])
    assert usual.b is not None
    assert (usual.b.duration_ms, usual.b.tokens_input, usual.b.runs) == (100.0, 50, 3)


def test_a_step_that_most_runs_have_is_missed_and_one_that_few_have_is_not() -> None:
    usual = [*BASE, step("c", "r", "check", at=700, kind="tool")]
    rare = [*BASE, step("d", "r", "dance", at=700, kind="tool")]
    found = compare_to_median(run(BASE), [run(usual), run(usual), run(rare)])
    assert [(each.change, each.name) for each in found.steps if each.change != "same"] == [
        ("only_b", "check")
    ]


def test_a_step_of_its_own_stands_against_nothing() -> None:
    mine = [*BASE, step("c", "r", "check", at=700, kind="tool")]
    found = compare_to_median(run(mine), [run(BASE), run(BASE)])
    assert [(each.change, each.name) for each in found.steps if each.change != "same"] == [
        ("only_a", "check")
    ]


def test_a_run_does_not_differ_from_the_median_of_its_likes() -> None:
    found = compare_to_median(run(BASE), [run(BASE)] * 5, changed_only=True)
    assert (found.steps, found.differences, found.same) == ([], [], 4)
