"""The first cause of a failed step: what ran slowly, what was never ended, what was forgotten before it."""

from __future__ import annotations

from fanlight.model.step import Step
from fanlight.query.failure.blame import Blame, Ground, blame
from fanlight.query.failure.tree import plant

from .traces import step


def blamed(*steps: Step) -> Blame:
    """What is blamed for the failure of the first step."""
    tree = plant(steps)
    return blame(Ground.of(tree), tree.steps[steps[0].span_id])


def told(found: Blame) -> tuple[str, str, str, str, list[str]]:
    """The blame without its steps."""
    way = [each.span_id for each in found.way]
    return found.step.span_id, found.kind, found.confidence, found.statement, way


def test_a_timeout_is_blamed_on_the_slow_child_and_not_on_an_error_beside_it() -> None:
    found = blamed(
        step("root", None, "agent", "planner", 0, 10, error="TimeoutError: the run timed out"),
        step("t1", "root", "tool", "weather", 0.5, 0.2, error="ConnectError: connection refused"),
        step("t2", "root", "tool", "search", 1, 8, out="found"),
    )
    assert told(found) == (
        "t2",
        "timeout",
        "high",
        "search took 8.0 s of the 10.0 s that planner had",
        ["t2", "root"],
    )


def test_a_timeout_is_blamed_on_the_error_when_no_child_took_most_of_the_time() -> None:
    found = blamed(
        step("root", None, "agent", "planner", 0, 10, error="TimeoutError: the run timed out"),
        step("t1", "root", "tool", "weather", 0.5, 0.2, error="ConnectError: connection refused"),
        step("t2", "root", "tool", "search", 1, 2, out="found"),
    )
    assert told(found) == (
        "t1",
        "connection",
        "medium",
        "weather failed: ConnectError: connection refused",
        ["t1", "root"],
    )


def test_what_had_not_ended_when_the_time_was_up_is_why_it_ran_out() -> None:
    found = blamed(
        step("root", None, "agent", "planner", 0, 10, error="TimeoutError: the run timed out"),
        step("t1", "root", "tool", "search", 1, None),
        step("io", "t1", "io", "GET /search", 2, None, state="lost"),
    )
    assert told(found) == (
        "t1",
        "timeout",
        "high",
        "search had not ended when planner ran out of time",
        ["t1", "root"],
    )


def test_whoever_was_cancelled_is_not_blamed_on_a_slow_child_that_went_well() -> None:
    found = blamed(
        step("root", None, "agent", "planner", 0, 10, error="CancelledError: the caller left"),
        step("t1", "root", "tool", "search", 1, 8, out="found"),
    )
    assert told(found) == (
        "root",
        "cancelled",
        "high",
        "planner failed: CancelledError: the caller left",
        ["root"],
    )


def test_a_guardrail_without_a_span_of_its_own_is_told_by_the_step_that_it_stopped() -> None:
    tripped = "InputGuardrailTripwireTriggered: off topic"
    found = blamed(
        step("root", None, "agent", "planner", 0, 10, error=tripped),
        step("m1", "root", "llm", "chat", 1, 1),
    )
    assert told(found) == ("root", "guardrail", "high", f"planner failed: {tripped}", ["root"])


def test_the_guardrail_that_ended_last_before_the_error_stopped_the_run() -> None:
    found = blamed(
        step("root", None, "agent", "planner", 0, 10, error="GuardrailTripwireTriggered: off topic"),
        step("g1", "root", "guardrail", "language", 1, 1),
        step("g2", "root", "guardrail", "topic", 2, 1),
        step("g3", "root", "guardrail", "too late", 11, 1),
    )
    assert told(found) == (
        "g2",
        "guardrail",
        "high",
        "the guardrail topic stopped the run",
        ["g2", "root"],
    )


def test_an_error_that_was_forgotten_before_is_followed_down_to_its_own_cause() -> None:
    found = blamed(
        step("root", None, "agent", "planner", 0, 10, error="JSONDecodeError: Expecting value: line 1"),
        step("t1", "root", "tool", "weather", 1, 2, error="ToolError: the tool gave up"),
        step("io", "t1", "io", "GET /weather", 1.5, 1, error="ConnectError: connection refused"),
        step("m1", "root", "llm", "chat", 4, 2, error="JSONDecodeError: Expecting value: line 1"),
    )
    assert told(found) == (
        "io",
        "connection",
        "medium",
        "GET /weather failed: ConnectError: connection refused",
        ["io", "m1", "root"],
    )


def test_an_error_that_was_made_up_for_is_not_why_a_later_one_came() -> None:
    found = blamed(
        step("root", None, "agent", "planner", 0, 10, error="JSONDecodeError: Expecting value: line 1"),
        step("t1", "root", "tool", "weather", 1, 1, error="ConnectError: connection refused"),
        step("t2", "root", "tool", "weather", 2.5, 1, out="snow"),
        step("m1", "root", "llm", "chat", 4, 2, error="JSONDecodeError: Expecting value: line 1"),
    )
    assert told(found) == (
        "m1",
        "invalid_output",
        "high",
        "chat failed: JSONDecodeError: Expecting value: line 1",
        ["m1", "root"],
    )
