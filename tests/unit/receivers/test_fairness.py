"""A quiet project waits for no more than one request of a noisy one, and always finds room."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from fanlight.errors import OverloadError
from fanlight.ingest.fairness import Turns, may_hold
from fanlight.ingest.receivers.inflight import Inflight


async def served(turns: Turns, asked: list[tuple[str, int]]) -> list[str]:
    """The order in which requests that are all there at once are worked for."""
    order: list[str] = []

    async def request(project: str, size: int) -> None:
        async with turns.turn(project, size):
            order.append(project)
            await asyncio.sleep(0)  # others may come forward meanwhile

    await asyncio.gather(*(request(project, size) for project, size in asked))
    return order


def test_whoever_is_quiet_comes_after_what_is_being_done_and_before_all_that_waits() -> None:
    asked = [("noisy", 100)] * 50 + [("quiet", 100)]
    order = asyncio.run(served(Turns(2), asked))
    assert order.index("quiet") <= 1
    assert Counter(order) == {"noisy": 50, "quiet": 1}


def test_what_counts_is_bytes_and_not_requests() -> None:
    asked = [("large", 1_000)] * 4 + [("small", 100)] * 40
    order = asyncio.run(served(Turns(1), asked))
    # By the time the second large one is due, ten small ones were.
    first = order[: order.index("large", order.index("large") + 1)]
    assert 9 <= first.count("small") <= 12, order


def test_two_that_ask_alike_are_served_alike() -> None:
    order = asyncio.run(served(Turns(2), [("a", 10)] * 30 + [("b", 10)] * 30))
    for upto in range(2, 60):
        counts = Counter(order[:upto])
        assert abs(counts["a"] - counts["b"]) <= 3, (upto, order)


def test_long_work_of_one_project_never_has_all_the_slots() -> None:
    async def story() -> None:
        turns, over = Turns(3), asyncio.Event()

        async def long() -> None:
            async with turns.turn("noisy", 10):
                await over.wait()

        noisy = [asyncio.ensure_future(long()) for _ in range(9)]
        await asyncio.sleep(0)
        async with asyncio.timeout(5), turns.turn("quiet", 10):
            over.set()
        await asyncio.gather(*noisy)

    asyncio.run(story())


def test_whoever_hangs_up_while_it_waits_holds_nobody_up() -> None:
    async def story() -> list[str]:
        turns, over, order = Turns(2), asyncio.Event(), list[str]()

        async def long() -> None:
            async with turns.turn("noisy", 10):
                await over.wait()

        async def short(name: str) -> None:
            async with turns.turn("noisy", 10):
                order.append(name)

        first = asyncio.ensure_future(long())
        await asyncio.sleep(0)
        leaving, staying = (asyncio.ensure_future(short(name)) for name in ("leaving", "staying"))
        await asyncio.sleep(0)
        leaving.cancel()
        over.set()
        await asyncio.gather(first, staying)
        # Cancelled in the very moment in which it got its turn.
        over.clear()
        again = asyncio.ensure_future(long())
        await asyncio.sleep(0)
        late = asyncio.ensure_future(short("late"))
        await asyncio.sleep(0)
        over.set()
        await again
        late.cancel()
        await asyncio.gather(late, return_exceptions=True)
        async with asyncio.timeout(5), turns.turn("noisy", 10):
            order.append("last")
        return order

    assert [name for name in asyncio.run(story()) if name != "late"] == ["staying", "last"]


@pytest.mark.parametrize("noisy", [1, 2, 5])
def test_however_many_are_noisy_there_is_room_for_the_next(noisy: int) -> None:
    most, held = 10_000, Counter[str]()
    for _ in range(1_000):
        for name in (f"noisy {number}" for number in range(noisy)):
            if may_hold(held[name], 10, used=held.total(), most=most):
                held[name] += 10
    assert max(held.values()) - min(held.values()) <= 10
    assert held.total() <= most * 7 * noisy / (1 + 7 * noisy) + 10 * noisy
    assert may_hold(0, 10, used=held.total(), most=most)


def test_a_project_that_fills_the_memory_leaves_room_for_another() -> None:
    inflight = Inflight(1_000)
    held = [inflight.hold("noisy") for _ in range(9)]
    for each in held[:8]:
        each.add(100)
    with pytest.raises(OverloadError):
        held[8].add(100)
    with inflight.hold("quiet") as quiet:
        quiet.add(100)
    for each in held:
        each.__exit__(None, None, None)
    assert (inflight.bytes, inflight.by_project) == (0, {})
