"""Loops: found where they are, and no alarm where something is repeated for a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fanlight.query.loops.calls import calls_of
from fanlight.query.loops.detect import Limits, find_loops
from fanlight.query.loops.standstill import Progress, stands_still

from .calls import Tape
from .repetitions import LEGITIMATE, LOOPS

LEAST_RECALL = 0.9


@pytest.mark.parametrize("name", LEGITIMATE)
def test_no_alarm_is_given_for(name: str) -> None:
    assert find_loops(LEGITIMATE[name]()) == []


def test_real_loops_are_found() -> None:
    assert len(LOOPS) >= 20
    assert len(LEGITIMATE) >= 20
    missed = [name for name, made in LOOPS.items() if not find_loops(made())]
    alarms = [name for name, made in LEGITIMATE.items() if find_loops(made())]
    found = len(LOOPS) - len(missed)
    print(f"\nmissed: {missed}\nfalse alarms: {alarms}")
    print(f"recall {found}/{len(LOOPS)}, precision {found}/{found + len(alarms)}")
    assert found / len(LOOPS) >= LEAST_RECALL
    assert not alarms


def test_a_loop_says_what_repeats_how_often_and_where() -> None:
    tape = Tape()
    for _ in range(5):
        tape.model().tool("search", "red shoes", "nothing new")
    [loop] = find_loops(tape.calls)
    assert (loop.kind, loop.names, loop.times) == ("repeated_call", ("search",), 5)
    assert (
        loop.statement
        == "search was called 5 times in a row with the same arguments and gave the same result"
    )
    assert loop.span_ids == tuple(call.span_id for call in tape.calls if call.kind == "tool")


def test_two_calls_in_turn_are_one_loop_of_both() -> None:
    tape = Tape()
    for _ in range(4):
        tape.model().tool("read", "a", "x").model().tool("write", "a x", "wrote 1 byte")
    [loop] = find_loops(tape.calls)
    assert (loop.kind, loop.names, loop.times) == ("alternating_calls", ("read", "write"), 4)


def test_a_loop_keeps_its_id_while_it_goes_on_and_when_only_its_end_is_seen() -> None:
    tape = Tape()
    for _ in range(12):
        tape.model().tool("search", "red shoes", "nothing new")
    ids = {find_loops(tape.calls[begin:end])[0].loop_id for begin, end in ((0, 10), (0, 24), (10, 24))}
    assert len(ids) == 1


def test_how_often_is_a_setting() -> None:
    calls = LOOPS["the same search, again and again, with nothing found"]()
    assert find_loops(calls, Limits(repeats=7)) == []
    assert len(find_loops(calls, Limits(repeats=6))) == 1


def test_calls_without_known_arguments_never_loop() -> None:
    tape = Tape()
    for _ in range(20):
        tape.model().tool("search", "x", "same")
    assert find_loops([replace(call, what=0) for call in tape.calls]) == []


def test_a_run_without_calls_has_no_loop() -> None:
    assert find_loops(calls_of([])) == []


@pytest.mark.parametrize(
    ("name", "silent_s", "stands"),
    [
        ("chat gpt-4o", 599, False),
        ("chat gpt-4o", 600, True),
        ("crawl", 3_600, True),
        ("ask_human", 3_600, False),
        ("waitForApproval", 3_600, False),
        ("user input", 3_600, False),
    ],
)
def test_a_run_stands_still_when_nothing_happens_and_nobody_is_waited_for(
    name: str, silent_s: int, stands: bool
) -> None:
    progress = Progress(moved_ns=0, span_id="a", name=name, kind="tool")
    assert stands_still(progress, now_ns=silent_s * 10**9, after_s=600) is stands
