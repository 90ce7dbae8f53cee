"""How many repricings may wait, and how many are remembered."""

from __future__ import annotations

from typing import Any

import pytest

from fanlight.clock import ManualClock
from fanlight.errors import InvalidError, NotFoundError
from fanlight.ingest.repricing import MAX_REMEMBERED, MAX_WAITING, Repricer
from fanlight.store.contract import Repricing

ASKED = Repricing(project_id="mine", since_ns=0, until_ns=9)


class Empty:
    """A store without a day that has prices: a job is over in two steps."""

    def priced_days(self, asked: Repricing) -> list[str]:
        return []


@pytest.fixture
def jobs() -> Repricer:
    store: Any = Empty()
    return Repricer(store, ManualClock())


def test_beyond_so_many_jobs_none_is_taken_until_one_is_done(jobs: Repricer) -> None:
    asked = [jobs.ask(ASKED).job for _ in range(MAX_WAITING)]
    with pytest.raises(InvalidError, match="20 jobs wait already; ask again when they are done"):
        jobs.ask(ASKED)
    jobs.step()
    jobs.step()
    assert [str(jobs.get("mine", job).state) for job in asked] == ["done"] + ["waiting"] * 19
    assert str(jobs.ask(ASKED).state) == "waiting"


def test_of_the_jobs_that_were_done_the_oldest_are_forgotten(jobs: Repricer) -> None:
    asked = []
    for _ in range(MAX_REMEMBERED + 2):
        asked.append(jobs.ask(ASKED).job)
        jobs.step()
        jobs.step()
    for job in asked[:2]:
        with pytest.raises(NotFoundError, match=f"no job '{job}'; a restart forgets jobs; ask again"):
            jobs.get("mine", job)
    assert {str(jobs.get("mine", job).state) for job in asked[2:]} == {"done"}
