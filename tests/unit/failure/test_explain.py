"""The answer for a run: runs that never ended, runs that wait, what a log says, and how much is told."""

from __future__ import annotations

import pytest

from fanlight.model.failure import Cause, Failure, FailureVerdict, Link, Statement
from fanlight.model.step import Step
from fanlight.query.failure.explain import MOST_NOTES, explain
from fanlight.query.failure.story import LogLine, Story

from .traces import log, step

LOST = "the run never ended: nothing more was heard of it"
LOOPED = "search was called 5 times in a row with the same arguments and gave the same result"


def answer(status: str, *steps: Step, logs: tuple[LogLine, ...] = ()) -> Failure:
    """What is said of a run."""
    return explain(Story(run_id="r", trace_id="t", status=status, steps=steps, logs=logs))


def way(found: Failure) -> list[str]:
    """The ids from the cause to the symptom."""
    return [link.span_id for link in found.chain]


def circle(root_took: float | None) -> list[Step]:
    """A run that asks the same five times and hears the same."""
    steps = [step("root", None, "agent", "planner", 0, root_took, agent="planner")]
    for turn in range(5):
        at = 1 + turn * 3.0
        steps.append(step(f"m{turn}", "root", "llm", "chat", at, 1, agent="planner"))
        steps.append(
            step(
                f"t{turn}",
                "root",
                "tool",
                "search",
                at + 1.5,
                1,
                agent="planner",
                args="shoes",
                out="none new",
            )
        )
    return steps


def test_a_run_that_was_lost_while_it_went_in_a_circle_was_lost_to_the_loop() -> None:
    found = answer("lost", *circle(None))
    assert found.cause == Cause(kind="loop", statement=LOOPED, confidence="medium", span_id="t0")
    assert found.symptom == Statement(kind="lost", statement=LOST, span_id="root")
    assert (found.verdict, way(found)) == (FailureVerdict.FAILED, ["t0", "root"])


def test_a_loop_that_was_over_long_before_is_not_what_a_run_was_lost_to() -> None:
    found = answer("lost", *circle(None), step("t9", "root", "tool", "publish", 100, None))
    assert found.cause == Cause(
        kind="lost", statement="the process went away while publish was running", confidence="high",
        span_id="t9",
    )  # fmt: skip


def test_a_circle_in_a_run_that_ended_well_is_suspicious() -> None:
    found = answer("success", *circle(20))
    assert found.cause == Cause(kind="loop", statement=LOOPED, confidence="high", span_id="t0")
    assert (found.verdict, found.symptom, way(found)) == (FailureVerdict.SUSPICIOUS, None, ["t0", "root"])


def test_the_last_thing_heard_of_a_lost_run_is_its_cause_when_it_is_an_error() -> None:
    found = answer(
        "lost",
        step("root", None, "agent", "planner", 0, None, state="lost"),
        step("m1", "root", "llm", "chat", 1, 1),
        step("t1", "root", "tool", "fetch", 3, 1, error="ConnectError: connection refused"),
    )
    said = "fetch failed: ConnectError: connection refused"
    assert found.cause == Cause(kind="connection", statement=said, confidence="medium", span_id="t1")
    assert found.symptom == Statement(kind="lost", statement=LOST, span_id="root")
    assert found.chain == [
        Link(span_id="t1", name="fetch", statement=said),
        Link(span_id="root", name="planner", statement="planner never ended"),
    ]


def test_a_lost_run_that_went_on_after_an_error_was_not_lost_to_it() -> None:
    found = answer(
        "lost",
        step("root", None, "agent", "planner", 0, 9, state="lost"),
        step("t1", "root", "tool", "fetch", 3, 1, error="ConnectError: connection refused"),
        step("m1", "root", "llm", "chat", 5, 3),
    )
    assert found.cause == Cause(
        kind="lost", statement="the process went away after planner had ended", confidence="medium",
        span_id="root",
    )  # fmt: skip


def test_of_a_lost_run_without_spans_nothing_is_said() -> None:
    assert answer("lost") == Failure(
        run_id="r", trace_id="t", status="lost", verdict=FailureVerdict.NO_FAILURE
    )


@pytest.mark.parametrize(
    ("status", "note"),
    [
        ("running", "the run has not ended; this is what is known so far"),
        ("suspended", "the run waits to be continued"),
    ],
)
def test_a_run_that_goes_on_is_said_to_go_on(status: str, note: str) -> None:
    found = answer(status, step("root", None, "agent", "planner", 0, None))
    assert found.verdict == FailureVerdict.NO_FAILURE
    assert found.notes == [Statement(kind=status, statement=note)]


def test_what_the_log_says_of_a_span_beside_the_way_stands_at_the_beginning_of_the_way() -> None:
    found = answer(
        "error",
        step("root", None, "agent", "planner", 0, 10, error=""),
        step("t1", "root", "tool", "fetch", 1, 1, out="snow"),
        logs=(log("l1", 2, "connection refused", span="t1", type_="httpx.ConnectError"),),
    )
    assert found.cause == Cause(
        kind="connection", statement="the log says: ConnectError: connection refused", confidence="medium",
        span_id="t1", log_id="l1",
    )  # fmt: skip
    assert found.chain == [
        Link(span_id="t1", name="fetch", statement="fetch took 1.0 s"),
        Link(span_id="root", name="planner", statement="planner failed without saying why"),
    ]


def test_what_the_log_says_of_no_span_of_the_run_leaves_the_way_as_it_is() -> None:
    found = answer(
        "error",
        step("root", None, "agent", "planner", 0, 10, error=""),
        logs=(log("l1", 2, "connection refused", span="elsewhere"),),
    )
    assert found.cause == Cause(
        kind="connection", statement="the log says: connection refused", confidence="medium", log_id="l1"
    )
    assert way(found) == ["root"]


def test_of_many_notes_of_a_kind_the_first_are_told_and_the_others_counted() -> None:
    orphans = [step(f"o{n:02}", "gone", "tool", f"fetch {n}", n + 1, 0.5) for n in range(MOST_NOTES + 5)]
    found = answer("success", step("root", None, "agent", "planner", 0, 60), *orphans)
    assert found.notes == [
        *(
            Statement(kind="orphan", statement=f"the parent of fetch {n} never came", span_id=f"o{n:02}")
            for n in range(MOST_NOTES)
        ),
        Statement(kind="more", statement="5 more notes are left out"),
    ]
