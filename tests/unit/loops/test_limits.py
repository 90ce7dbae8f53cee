"""What is not enough for a loop: few model calls, results nobody knows, calls that take long."""

from __future__ import annotations

import pytest

from fanlight.query.loops.detect import Limits, find_loops

from .calls import Tape


@pytest.mark.parametrize(
    ("calls", "said", "times"),
    [(8, "the same answer", [8]), (7, "the same answer", []), (8, None, [])],
    ids=["enough", "one too few", "unknown answers"],
)
def test_model_calls_alone_loop_when_eight_of_them_ask_and_answer_the_same(
    calls: int, said: str | None, times: list[int]
) -> None:
    tape = Tape()
    for _ in range(calls):
        tape.model(asked="the same question", said=said)
    assert [(loop.names, loop.times) for loop in find_loops(tape.calls)] == [(("chat",), n) for n in times]


def test_model_calls_that_take_their_time_are_no_loop() -> None:
    tape = Tape()
    for _ in range(8):
        tape.model(took=12, asked="the same question", said="the same answer")
    assert find_loops(tape.calls) == []


@pytest.mark.parametrize(("took", "times"), [(9.9, [5]), (10.0, [])])
def test_calls_that_take_long_are_waited_for_and_no_loop(took: float, times: list[int]) -> None:
    tape = Tape()
    for _ in range(5):
        tape.model().tool("build", "main", "failed to link", took=took)
    assert [loop.times for loop in find_loops(tape.calls)] == times


def test_how_long_a_call_may_take_is_a_setting() -> None:
    tape = Tape()
    for _ in range(5):
        tape.model().tool("build", "main", "failed to link", took=12)
    assert [loop.times for loop in find_loops(tape.calls, Limits(long_call_s=20))] == [5]


@pytest.mark.parametrize("pauses", [{3: 1.0}, {6: 0.21}, {8: 1.0}, {5: 1.0, 7: 2.0}], ids=str)
def test_a_pause_or_two_are_no_backoff(pauses: dict[int, float]) -> None:
    tape = Tape()
    for turn in range(9):
        tape.model().wait(pauses.get(turn, 0.0)).tool("search", "red shoes", "nothing new")
    assert [loop.times for loop in find_loops(tape.calls)] == [9]


def test_pauses_that_double_are_a_backoff() -> None:
    tape = Tape()
    for turn in range(7):
        tape.model().tool("fetch", "https://example.org", "busy").wait(0.1 * 2**turn)
    assert find_loops(tape.calls) == []


@pytest.mark.parametrize("turn", [4, 8], ids=["in its middle", "near its end"])
def test_a_loop_of_one_agent_is_told_once_and_whole_whatever_another_agent_does_meanwhile(turn: int) -> None:
    one, other = Tape(agent="north"), Tape(agent="south")
    for place in range(9):
        if place == turn:
            other.at = one.at + 0.5
            other.tool("write", "report", "wrote 9 bytes")
        one.model().tool("search", "red shoes", "nothing new")
    calls = sorted([*one.calls, *other.calls], key=lambda call: call.start_ns)
    [loop] = find_loops(calls)
    assert (loop.names, loop.times) == (("search",), 9)
    assert loop.span_ids == tuple(call.span_id for call in one.calls if call.name == "search")


def test_a_loop_that_agents_make_together_is_told_in_its_full_length() -> None:
    tape = Tape()
    for turn in range(8):
        tape.agent = "north" if turn < 5 else "south"
        tape.model().tool("search", "red shoes", "nothing new")
    assert [(loop.names, loop.times) for loop in find_loops(tape.calls)] == [(("search",), 8)]
