"""Repricing as a job: a day a step, done once its runs are summed up."""

from __future__ import annotations

from typing import Any

import pytest

from fanlight.clock import ManualClock
from fanlight.errors import NotFoundError, StoreError
from fanlight.ingest.repricing import Repricer
from fanlight.store.contract import Repriced, Repricing, RunKey

ASKED = Repricing(project_id="mine", since_ns=0, until_ns=9)


class Days:
    """A store with two days; errors come before answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    def priced_days(self, asked: Repricing) -> list[str]:
        return ["2026-01-01", "2026-01-02"]

    def reprice_day(self, asked: Repricing, day: str) -> Repriced:
        if self.errors:
            raise self.errors.pop(0)
        return Repriced(spans=2, runs=frozenset({RunKey("mine", day)}))


def repricer(*errors: Exception) -> Repricer:
    store: Any = Days(*errors)
    return Repricer(store, ManualClock())


def test_a_job_goes_a_day_a_step_and_gives_its_runs() -> None:
    jobs = repricer()
    job = jobs.ask(ASKED).job
    seen = []
    for _ in range(5):
        runs = sorted(run.run_id for run in jobs.step())
        told = jobs.get("mine", job)
        seen.append((runs, str(told.state), told.days_done, told.spans, told.runs))
    assert seen == [
        ([], "running", 0, 0, 0),
        (["2026-01-01"], "running", 1, 2, 1),
        (["2026-01-02"], "running", 2, 4, 2),
        ([], "done", 2, 4, 2),
        ([], "done", 2, 4, 2),
    ]
    with pytest.raises(NotFoundError):
        jobs.get("another", job)


def test_a_day_is_tried_again_when_that_may_help_and_given_up_when_not() -> None:
    jobs = repricer(StoreError("busy", retryable=True), StoreError("broken"))
    first, second = jobs.ask(ASKED).job, jobs.ask(ASKED).job
    jobs.step()
    with pytest.raises(StoreError, match="busy"):
        jobs.step()
    assert jobs.get("mine", first).state == "running"
    jobs.step()
    failed = jobs.get("mine", first)
    assert (failed.state, failed.error) == ("failed", "broken")
    for _ in range(4):
        jobs.step()
    assert jobs.get("mine", second).state == "done"
