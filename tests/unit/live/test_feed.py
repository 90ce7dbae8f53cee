"""A project's feed in memory: what it holds while nothing happens in the project."""

from __future__ import annotations

import asyncio

from fanlight.live.feed import Block, Feed, Wanted
from fanlight.model.project import ProjectScope

from .conftest import HOME, LOGS, Memory, event, read, run

AWAY = frozenset({"away"})
WANTED = Wanted(LOGS)


def quiet(after: int, upto: int) -> Block:
    return Block(after=after, upto=upto, wanted=None)


def busy(after: int, upto: int) -> Block:
    return Block(after=after, upto=upto, wanted=WANTED, events=(event(upto),))


def feed_of(*blocks: Block) -> Feed:
    feed = Feed(HOME, blocks[0].after, max_events=4, max_bytes=1_000)
    for block in blocks:
        feed.append(block)
    return feed


def test_blocks_in_which_nothing_happened_become_one() -> None:
    feed = feed_of(quiet(10, 20), quiet(20, 30), quiet(30, 31))
    assert (list(feed.blocks), feed.loaded) == ([quiet(10, 31)], 31)
    assert [feed.find(after, WANTED) for after in (9, 10, 25, 30, 31)] == [
        None, quiet(10, 31), quiet(10, 31), quiet(10, 31), None,
    ]  # fmt: skip


def test_what_happened_between_keeps_its_place() -> None:
    feed = feed_of(quiet(0, 5), busy(5, 6), quiet(6, 7), quiet(7, 9), busy(9, 12))
    assert list(feed.blocks) == [quiet(0, 5), busy(5, 6), quiet(6, 9), busy(9, 12)]
    assert feed.find(8, WANTED) == quiet(6, 9)


def test_a_quiet_time_drives_no_event_out(memory: Memory) -> None:
    async def story() -> None:
        broker = memory.broker(max_events=3)
        with (
            broker.subscribe(HOME, LOGS) as late,
            broker.subscribe(HOME, LOGS) as quick,
            broker.subscribe(ProjectScope("away"), LOGS),
        ):
            memory.add([1])
            broker.advance(1, frozenset({"home"}))
            assert await read(quick, 1) == [1]
            for watermark in range(2, 12):
                broker.advance(watermark, AWAY)
                while late.feed.loaded < watermark:
                    await asyncio.sleep(0)
            assert [(block.after, block.upto) for block in late.feed.blocks] == [(0, 1), (1, 11)]
            assert await read(late, 1) == [1]
        await broker.close()

    run(story())
    assert [load for load in memory.loads if load[0] == "home"] == [("home", LOGS, 0, 1)]
