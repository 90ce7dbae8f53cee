"""Runs whose summaries are due, and what the engine says to them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from fanlight.clock import ManualClock
from fanlight.errors import StoreError
from fanlight.ingest.summaries import Summaries
from fanlight.store.connection import MEMORY_SHORT, TIMEOUT
from fanlight.store.contract import RunKey

RUNS = [RunKey("lab", f"{number:032x}") for number in range(8)]


class Engine:
    """Has the memory for `most` runs at a time; each takes one sequence."""

    def __init__(self, most: int, code: int = MEMORY_SHORT) -> None:
        self.most, self.code = most, code
        self.summed: list[tuple[int, int]] = []

    def __call__(self, runs: Sequence[RunKey], first_seq: int) -> int:
        if len(runs) > self.most:
            raise StoreError("the engine answered: no", retryable=True, engine_code=self.code)
        self.summed.append((first_seq, len(runs)))
        return len(runs)


def test_runs_that_do_not_fit_into_memory_together_are_summed_up_in_halves() -> None:
    summaries, engine = Summaries(ManualClock()), Engine(most=3)
    summaries.add(RUNS)
    assert summaries.rebuild(engine, 100) == (8, frozenset({"lab"}))
    assert engine.summed == [(100, 2), (102, 2), (104, 2), (106, 2)]
    assert not summaries


@pytest.mark.parametrize(("most", "code"), [(0, MEMORY_SHORT), (3, TIMEOUT)])
def test_what_fails_alone_or_for_another_reason_is_tried_again_later(most: int, code: int) -> None:
    summaries, engine = Summaries(ManualClock()), Engine(most, code)
    summaries.add(RUNS)
    with pytest.raises(StoreError):
        summaries.rebuild(engine, 100)
    assert summaries


@pytest.mark.parametrize(
    ("took_s", "idle", "waits_s"),
    [
        (0.01, True, 0.1), (0.2, True, 2.0), (20, True, 3.0),
        (0.01, False, 1.0), (0.2, False, 2.0), (20, False, 3.0),
    ],
)  # fmt: skip
def test_the_next_one_waits_ten_times_what_the_last_took_but_never_long(
    took_s: float, idle: bool, waits_s: float
) -> None:
    clock = ManualClock()
    summaries = Summaries(clock)

    def rebuild(runs: Sequence[RunKey], first_seq: int) -> int:
        clock.advance(took_s)
        return len(runs)

    summaries.add(RUNS)
    summaries.rebuild(rebuild, 100)
    summaries.add(RUNS)
    clock.advance(waits_s - 0.01)
    early = summaries.due(idle=idle)
    clock.advance(0.02)
    assert (early, summaries.due(idle=idle)) == (False, True)
