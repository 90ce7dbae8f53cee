"""The tree of a run: which spans stand above something that failed."""

from __future__ import annotations

from fanlight.query.failure.tree import plant

from .traces import step


def test_troubled_are_those_that_failed_and_all_above_them() -> None:
    tree = plant(
        [
            step("root", None, "agent", "planner", 0, 20),
            step("w1", "root", "chain", "turn", 1, 5),
            step("t1", "w1", "tool", "fetch", 2, 1, error="boom"),
            step("t2", "w1", "tool", "fetch", 4, 1, error="boom"),
            step("w2", "root", "chain", "turn", 8, 5),
            step("t3", "w2", "tool", "fetch", 9, 1),
        ]
    )
    assert tree.troubled == {"root", "w1", "t1", "t2"}


def test_nothing_is_troubled_in_a_run_without_an_error() -> None:
    assert plant([step("root", None, "agent", "planner", 0, 20)]).troubled == frozenset()
