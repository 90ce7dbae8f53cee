"""Turns of those who leave are given on, and of many projects only those ahead are remembered."""

from __future__ import annotations

import asyncio

import pytest

from fanlight.ingest import fairness
from fanlight.ingest.fairness import Turns


def test_whoever_leaves_in_the_moment_of_its_turn_gives_it_to_the_next() -> None:
    order: list[str] = []

    async def story() -> None:
        turns = Turns(1)

        async def request(name: str) -> None:
            async with turns.turn(name, 10):
                order.append(name)

        async with turns.turn("first", 10):
            leaving, staying = (asyncio.ensure_future(request(name)) for name in ("leaving", "staying"))
            await asyncio.sleep(0)
        # It was given its turn by the end of the block, and has not run since.
        leaving.cancel()
        async with asyncio.timeout(5):
            await staying
        assert leaving.cancelled()

    asyncio.run(story())
    assert order == ["staying"]


def test_of_too_many_projects_those_that_are_not_ahead_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fairness, "MOST_REMEMBERED", 4)

    async def story() -> dict[str, float]:
        turns = Turns()
        async with turns.turn("held", 1):  # while nothing goes on all are forgotten anyway
            for project in ("a", "b", "noisy", "noisy", "quiet"):
                async with turns.turn(project, 100):
                    pass
            # Turns are up to 100 by now, which is all that the others had.
            return dict(turns._served)

    assert asyncio.run(story()) == {"noisy": 200.0, "quiet": 200.0}


def test_of_too_many_projects_that_are_all_ahead_the_half_that_owes_less_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fairness, "MOST_REMEMBERED", 4)

    async def story() -> dict[str, float]:
        turns = Turns()
        async with turns.turn("held", 1):
            for size in range(10, 60, 10):
                async with turns.turn(f"of {size}", size):
                    pass
            return dict(turns._served)

    assert asyncio.run(story()) == {"of 30": 30.0, "of 40": 40.0, "of 50": 50.0}
