"""What makes up for a failed step: a later attempt beside it, around it, or in a later turn."""

from __future__ import annotations

import pytest

from fanlight.model.step import Step
from fanlight.query.failure.explain import explain
from fanlight.query.failure.retries import History
from fanlight.query.failure.story import Story
from fanlight.query.failure.tree import plant

from .traces import step

ROOT = step("root", None, "agent", "planner", 0, 60)


def made_up(steps: list[Step], span_id: str) -> str | None:
    """The id of the step that made up for one."""
    tree = plant(steps)
    found = History(tree).made_up_for(tree.steps[span_id])
    return None if found is None else found.span_id


def tried(steps: list[Step]) -> list[tuple[str, ...]]:
    """The ids of each group of attempts."""
    return [tuple(each.span_id for each in group.steps) for group in History(plant(steps)).attempts]


def test_a_wrapper_that_is_run_again_makes_up_for_what_failed_in_it() -> None:
    steps = [
        ROOT,
        step("w1", "root", "chain", "turn", 1, 3),
        step("t1", "w1", "tool", "fetch", 2, 1, error="ConnectError: connection refused", args="oslo"),
        step("w2", "root", "chain", "turn", 5, 3),
        step("t2", "w2", "tool", "fetch", 6, 1, error="ConnectError: connection refused", args="oslo"),
        step("w3", "root", "chain", "turn", 10, 3),
        step("m1", "w3", "llm", "chat", 11, 1),
    ]
    assert [made_up(steps, failed) for failed in ("t1", "t2")] == ["w3", "w3"]


def test_no_wrapper_makes_up_for_a_step_when_something_fails_below_each_of_them() -> None:
    steps = [
        ROOT,
        step("w1", "root", "chain", "turn", 1, 3),
        step("t1", "w1", "tool", "fetch", 2, 1, error="boom", args="oslo"),
        step("w2", "root", "chain", "turn", 5, 3),
        step("t2", "w2", "tool", "fetch", 6, 1, error="boom", args="oslo"),
    ]
    assert [made_up(steps, failed) for failed in ("t1", "t2")] == [None, None]


def test_whoever_did_more_than_the_failed_step_is_no_wrapper_of_it() -> None:
    steps = [
        ROOT,
        step("w1", "root", "chain", "turn", 1, 3),
        step("m1", "w1", "llm", "chat", 1.1, 0.5),
        step("t1", "w1", "tool", "fetch", 2, 1, error="boom", args="oslo"),
        step("w2", "root", "chain", "turn", 5, 3),
    ]
    assert made_up(steps, "t1") is None


def turns(agent: str, *, args: str) -> list[Step]:
    """A failed call in one turn, and one that went well in a later turn of `agent`."""
    return [
        ROOT,
        step("a1", "root", "agent", "north", 1, 40),
        step("a2", "root", "agent", "south", 1, 40),
        step("w1", "a1", "chain", "first turn", 2, 5),
        step("m1", "w1", "llm", "chat", 2, 1),
        step("t1", "w1", "tool", "fetch", 4, 1, error="boom", args="oslo"),
        step("w2", agent, "chain", "next turn", 10, 5),
        step("m2", "w2", "llm", "chat", 10, 1),
        step("t2", "w2", "tool", "fetch", 12, 1, args=args, out="snow"),
    ]


@pytest.mark.parametrize(
    ("agent", "args", "by"),
    [("a1", "oslo", "t2"), ("a2", "oslo", None), ("a1", "rome", None)],
    ids=["the same call", "another agent's call", "a call with other arguments"],
)
def test_only_the_same_call_in_a_later_turn_of_the_same_agent_makes_up(
    agent: str, args: str, by: str | None
) -> None:
    assert made_up(turns(agent, args=args), "t1") == by


@pytest.mark.parametrize(("name", "by"), [("chat", "m2"), ("summarise", None)])
def test_a_model_call_of_the_same_name_in_a_later_turn_makes_up(name: str, by: str | None) -> None:
    steps = [
        ROOT,
        step("w1", "root", "chain", "first turn", 1, 4),
        step("t1", "w1", "tool", "fetch", 1, 1, args="oslo", out="snow"),
        step("m1", "w1", "llm", "chat", 3, 1, error="boom"),
        step("w2", "root", "chain", "next turn", 6, 4),
        step("m2", "w2", "llm", name, 7, 1),
    ]
    assert made_up(steps, "m1") == by


def test_one_call_makes_up_for_all_that_failed_in_the_turns_before_it() -> None:
    steps = turns("a1", args="oslo")
    steps += [
        step("w0", "a1", "chain", "zeroth turn", 1, 0.9),
        step("m0", "w0", "llm", "chat", 1, 0.1),
        step("t0", "w0", "tool", "fetch", 1.2, 0.5, error="boom", args="oslo"),
    ]
    tree = plant(steps)
    history = History(tree)
    found = [history.made_up_for(tree.steps[failed]) for failed in ("t0", "t1", "t0")]
    assert found == [tree.steps["t2"]] * 3


def test_what_is_no_call_is_not_looked_for_in_later_turns() -> None:
    steps = [
        ROOT,
        step("w1", "root", "chain", "first turn", 1, 4),
        step("m1", "w1", "llm", "chat", 1, 1),
        step("e1", "w1", "embedding", "embed", 3, 1, error="boom", args="oslo"),
        step("w2", "root", "chain", "next turn", 6, 4),
        step("e2", "w2", "embedding", "embed", 7, 1, args="oslo"),
    ]
    assert made_up(steps, "e1") is None


def test_two_calls_at_once_are_not_attempts_of_one_another() -> None:
    steps = [
        ROOT,
        step("t1", "root", "tool", "fetch", 1, 1, error="boom", args="oslo"),
        step("t2", "root", "tool", "fetch", 3, 5, error="boom", args="oslo"),
        step("t3", "root", "tool", "fetch", 4, 1, error="boom", args="oslo"),
        step("t4", "root", "tool", "fetch", 9, 1, args="oslo", out="snow"),
    ]
    assert tried(steps) == [("t1", "t2", "t4"), ("t3", "t4")]


@pytest.mark.parametrize(
    ("last", "outcome", "statement"),
    [
        ({"took": 1, "error": "boom"}, "failed", "all 2 attempts failed"),
        ({"took": 1}, "succeeded", "attempt 2 succeeded"),
        ({"took": None}, "unfinished", "attempt 2 never ended"),
    ],
)
def test_attempts_are_told_with_how_the_last_one_ended(
    last: dict[str, object], outcome: str, statement: str
) -> None:
    steps = (
        ROOT,
        step("t1", "root", "tool", "fetch", 1, 1, error="ConnectError: connection refused", args="oslo"),
        step("t2", "root", "tool", "fetch", 3, args="oslo", **last),  # type: ignore[arg-type]
    )
    [retry] = explain(Story(run_id="r", trace_id="t", status="success", steps=steps)).retries
    assert (retry.name, retry.attempts, retry.outcome, retry.span_ids, retry.statement) == (
        "fetch",
        2,
        outcome,
        ["t1", "t2"],
        f"fetch was tried 2 times after connection: {statement}",
    )
