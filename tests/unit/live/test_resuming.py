"""Readers that come back to a place: what they missed, and a gap where it is no longer held."""

from __future__ import annotations

import asyncio
import random

from fanlight.live.batch import Gap

from .conftest import HOME, LOGS, PROJECTS, Memory, read, run


def test_a_resumed_reader_gets_what_it_missed(memory: Memory) -> None:
    async def story() -> None:
        memory.add(range(1, 31))
        broker = memory.broker(watermark=20, horizon=30)
        with broker.subscribe(HOME, LOGS, after=12) as reader:
            assert await read(reader, 20) == list(range(13, 21))
            broker.advance(30, PROJECTS)
            assert await read(reader, 30) == list(range(21, 31))
        await broker.close()

    run(story())


def test_a_reader_ahead_of_a_replay_gets_neither_gap_nor_duplicate(memory: Memory) -> None:
    async def story() -> None:
        memory.add(range(1, 36))
        broker = memory.broker(watermark=20, horizon=30)
        with broker.subscribe(HOME, LOGS, after=25) as reader:
            broker.advance(35, PROJECTS)
            assert await read(reader, 35) == list(range(26, 36))
        await broker.close()

    run(story())


def test_a_place_that_was_never_announced_is_one_gap_and_then_live(memory: Memory) -> None:
    async def story() -> None:
        broker = memory.broker(watermark=20)
        with broker.subscribe(HOME, LOGS, after=999) as reader:
            memory.add([21])
            broker.advance(21, PROJECTS)
            assert await read(reader, 21) == [Gap(reason="ahead", after=999, upto=20), 21]
        await broker.close()

    run(story())


def test_a_place_older_than_the_window_is_one_gap_and_then_live(memory: Memory) -> None:
    async def story() -> None:
        memory.add(range(1, 21))
        memory.window_from = 10
        broker = memory.broker(watermark=20)
        with broker.subscribe(HOME, LOGS, after=5) as reader:
            memory.add([21])
            broker.advance(21, PROJECTS)
            assert await read(reader, 21) == [Gap(reason="too_old", after=5, upto=20, missed=15), 21]
        await broker.close()

    run(story())


def test_a_quiet_project_has_no_gap_however_old_the_place_is(memory: Memory) -> None:
    async def story() -> None:
        memory.add([3, 100])
        memory.window_from = 100
        broker = memory.broker(watermark=100)
        with broker.subscribe(HOME, LOGS, after=3) as reader:
            assert await read(reader, 100) == [100]
        await broker.close()

    run(story())


def test_a_quiet_readers_place_moves_on(memory: Memory) -> None:
    async def story() -> None:
        broker = memory.broker(watermark=5)
        with broker.subscribe(HOME, LOGS) as reader:
            coming = asyncio.ensure_future(anext(reader))
            for watermark in range(6, 200):
                broker.advance(watermark, frozenset({"other"}))
            while reader.position < 199:
                await asyncio.sleep(0)
            assert len(reader.feed.blocks) == 1
            coming.cancel()
        await broker.close()

    run(story())
    assert memory.loads == []


def test_twenty_restarts_give_no_gap_and_no_duplicate(memory: Memory) -> None:
    """Brokers end at any moment, with events stored that none of them announced."""
    dice = random.Random(7)

    async def story() -> None:
        told: list[int | Gap] = []
        after, stored, announced = 0, 0, 0
        for _ in range(20):
            broker = memory.broker(watermark=announced, horizon=stored, max_events=8, chunk=5, batch_events=2)
            reader = broker.subscribe(HOME, LOGS, after=after)
            for _ in range(dice.randrange(1, 6)):
                grown = max(stored, announced) + dice.randrange(1, 12)
                memory.add(range(stored + 1, grown + 1))
                stored = grown
                if dice.random() < 0.8:
                    announced = stored
                    broker.advance(announced, PROJECTS)
                    if dice.random() < 0.6:
                        told += await read(reader, announced) if after < announced else []
                        after = announced
            await broker.close()
        broker = memory.broker(watermark=stored)
        told += await read(broker.subscribe(HOME, LOGS, after=after), stored) if after < stored else []
        await broker.close()
        assert told == list(range(1, stored + 1))

    run(story())


def test_a_reader_that_rests_goes_on_without_a_gap_and_without_a_hold_on_memory(memory: Memory) -> None:
    """It keeps its place and nothing else: what came meanwhile is read from the store."""

    async def story() -> None:
        broker = memory.broker(max_events=4, batch_events=3)
        rests, reads = broker.subscribe(HOME, LOGS), broker.subscribe(HOME, LOGS)
        memory.add([1])
        broker.advance(1, PROJECTS)
        assert await read(rests, 1) == [1]
        assert await read(reads, 1) == [1]
        for last in range(10, 101, 10):
            memory.add(range(last - 9 if last > 10 else 2, last + 1))
            broker.advance(last, PROJECTS)
            await read(reads, last)
            assert sum(len(block.events) for block in reads.feed.blocks) <= 4
        assert await read(rests, 100) == list(range(2, 101))
        await broker.close()

    run(story())
