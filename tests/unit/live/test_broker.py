"""What readers are given: everything announced, in order, of their topics, however many they are."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanlight.errors import OverloadError, QuotaError, StoreError
from fanlight.live.batch import Batch, Gap
from fanlight.live.broker import Broker
from fanlight.model.project import ProjectScope

from .conftest import HOME, LOGS, PROJECTS, Memory, event, read, run


def test_a_reader_is_given_what_is_announced_in_order(memory: Memory) -> None:
    async def story() -> None:
        broker = memory.broker(watermark=10)
        with broker.subscribe(HOME, LOGS) as reader:
            memory.add(range(11, 16))
            broker.advance(20, PROJECTS)
            assert await read(reader, 15) == [11, 12, 13, 14, 15]
            assert reader.position == 20
        await broker.close()

    run(story())


def test_without_a_reader_nothing_is_asked(memory: Memory) -> None:
    async def story() -> None:
        broker = memory.broker()
        memory.add(range(1, 6))
        broker.advance(5, PROJECTS)
        with broker.subscribe(ProjectScope("other"), LOGS):
            broker.advance(6, PROJECTS)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        await broker.close()

    run(story())
    assert memory.loads == []


def test_only_what_was_announced_is_asked_for_and_nothing_of_it_is_forgotten(memory: Memory) -> None:
    async def story() -> None:
        broker = memory.broker()
        with broker.subscribe(HOME, LOGS) as reader:
            memory.add([1])
            broker.advance(1, PROJECTS, frozenset({"traces"}))
            assert await read(reader, 1) == [1]
            memory.add([2, 3])
            broker.advance(2, PROJECTS, frozenset({"logs"}))
            broker.advance(3, PROJECTS, frozenset({"runs"}))
            assert await read(reader, 3) == [2, 3]
        await broker.close()

    run(story())
    assert memory.kinds == [frozenset({"traces"}), frozenset({"logs", "runs"})]


def test_readers_of_a_project_share_one_load_and_one_encoding(memory: Memory) -> None:
    async def story() -> None:
        broker = memory.broker()
        readers = [broker.subscribe(HOME, LOGS) for _ in range(300)]
        memory.add([1, 2])
        broker.advance(2, PROJECTS)
        batches = [await anext(reader) for reader in readers]
        assert all(batch is batches[0] for batch in batches)
        assert isinstance(batches[0], Batch)
        assert batches[0].json() is batches[0].json() == b'[{"seq":"1"},{"seq":"2"}]'
        await broker.close()

    run(story())
    assert memory.loads == [("home", LOGS, 0, 2)]


def test_a_reader_is_given_its_topics_only(memory: Memory) -> None:
    async def story() -> None:
        broker = memory.broker()
        logs = broker.subscribe(HOME, LOGS)
        run_7 = broker.subscribe(HOME, frozenset({"run:7"}))
        memory.add([1], "logs")
        memory.add([2], "logs", "run:7")
        memory.add([3], "run:7")
        memory.add([4], "run:8")
        broker.advance(4, PROJECTS)
        assert await read(logs, 2) == [1, 2]
        assert await read(run_7, 3) == [2, 3]
        await broker.close()

    run(story())


def test_a_reader_that_joins_while_a_load_is_under_way_misses_nothing(memory: Memory) -> None:
    async def story() -> None:
        broker = memory.broker()
        first = broker.subscribe(HOME, LOGS)
        memory.open.clear()
        memory.add([1], "logs")
        memory.add([2], "runs")
        broker.advance(2, PROJECTS)
        while not (first.feed.task and first.feed.target == 2):
            await asyncio.sleep(0)
        second = broker.subscribe(HOME, frozenset({"runs"}))
        memory.open.set()
        assert await read(first, 1) == [1]
        assert await read(second, 2) == [2]
        await broker.close()

    run(story())


def test_a_reader_far_behind_reads_the_store_at_its_own_pace(memory: Memory) -> None:
    async def story() -> None:
        broker = memory.broker(max_events=4, chunk=10, batch_events=3)
        slow, quick = broker.subscribe(HOME, LOGS), broker.subscribe(HOME, LOGS)
        told: list[int | Gap] = []
        for last in range(20, 101, 20):
            memory.add(range(last - 19, last + 1))
            broker.advance(last, PROJECTS)
            told += await read(quick, last)
        assert told == list(range(1, 101))
        assert sum(len(block.events) for block in slow.feed.blocks) <= 4
        assert await read(slow, 100) == list(range(1, 101))
        await broker.close()

    run(story())


def test_advance_waits_for_no_reader(memory: Memory) -> None:
    """300 readers that read nothing, and a store that does not answer: the writer goes on."""

    async def story() -> None:
        broker = memory.broker()
        readers = [broker.subscribe(HOME, LOGS) for _ in range(300)]
        memory.open.clear()
        memory.add(range(1, 1_001))
        done = threading.Event()

        def announce() -> None:
            for watermark in range(1, 1_001):
                broker.advance(watermark, PROJECTS)
            done.set()

        writer = threading.Thread(target=announce)
        writer.start()
        writer.join(5)
        assert done.is_set()
        assert memory.loads == []
        memory.open.set()
        assert [(await read(reader, 1_000))[-1] for reader in readers] == [1_000] * 300
        await broker.close()

    run(story())


def test_a_store_that_fails_is_asked_again(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fanlight.live.broker.RETRY_S", 0.0)
    load, failures = memory.load, iter([True, True, False])

    def fail_twice(*arguments: Any, **named: Any) -> Any:
        if next(failures, False):
            raise StoreError("memory limit", retryable=True)
        return load(*arguments, **named)

    async def story() -> None:
        broker = Broker(fail_twice, memory.oldest, count=memory.count, watermark=0, interval_s=0.0)
        with broker.subscribe(HOME, LOGS) as reader:
            memory.add([1])
            broker.advance(1, PROJECTS)
            assert await read(reader, 1) == [1]
        await broker.close()

    run(story())


def test_too_many_readers_are_told_when_to_come_back(memory: Memory) -> None:
    async def story() -> None:
        broker = memory.broker(max_readers=2)
        first = broker.subscribe(HOME, LOGS)
        broker.subscribe(HOME, LOGS)
        with pytest.raises(OverloadError) as refused:
            broker.subscribe(HOME, LOGS)
        assert refused.value.retry_after_s == 5
        first.close()
        broker.subscribe(HOME, LOGS)
        assert broker.readers == 2
        await broker.close()
        assert broker.readers == 0

    run(story())


def test_a_project_with_too_many_readers_leaves_room_for_others(memory: Memory) -> None:
    async def story() -> None:
        broker = memory.broker(most_of={"home": 1, "away": 0}.__getitem__)
        first = broker.subscribe(HOME, LOGS)
        with pytest.raises(QuotaError, match="1 streams of project home are open") as refused:
            broker.subscribe(HOME, LOGS)
        assert (refused.value.limit, broker.readers_of("home")) == ("max_streams", (1, 1))
        broker.subscribe(ProjectScope("away"), LOGS).close()
        first.close()
        broker.subscribe(HOME, LOGS).close()
        assert broker.readers_of("home") == (0, 1)
        await broker.close()

    run(story())


def test_closing_ends_the_readers_that_wait(memory: Memory) -> None:
    async def story() -> None:
        broker = memory.broker()
        waiting = [asyncio.ensure_future(anext(broker.subscribe(HOME, LOGS), None)) for _ in range(3)]
        await asyncio.sleep(0)
        await broker.close()
        assert await asyncio.gather(*waiting) == [None, None, None]

    run(story())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.sampled_from(["logs", "runs", "run:1"])), min_size=1, max_size=30
    ),
    st.integers(1, 12),
    st.integers(1, 6),
    st.integers(0, 40),
)
def test_whatever_is_announced_however_every_reader_gets_its_part_once(
    steps: list[tuple[int, str]], max_events: int, chunk: int, after: int
) -> None:
    async def story() -> None:
        memory = Memory()
        broker = memory.broker(max_events=max_events, chunk=chunk, batch_events=2, horizon=10_000)
        late = broker.subscribe(HOME, frozenset({"logs", "runs"}), after=after)
        early = broker.subscribe(HOME, LOGS)
        seq = 0
        for step, topic in steps:
            memory.add(range(seq + 1, seq + step + 1), topic)
            seq += step
            broker.advance(seq, PROJECTS)
            if step % 2:
                await asyncio.sleep(0)
        end = max(seq, after) + 1
        memory.add([end], "logs", "runs")
        broker.advance(end, PROJECTS)
        everything = memory.events["home"]
        assert await read(early, end) == [e.seq for e in everything if e.topics & LOGS]
        assert await read(late, end) == [
            e.seq for e in everything if e.seq > after and e.topics & {"logs", "runs"}
        ]
        await broker.close()

    run(story())


def test_a_batch_is_bounded_by_bytes(memory: Memory) -> None:
    async def story() -> None:
        broker = memory.broker(batch_bytes=25)
        with broker.subscribe(HOME, LOGS) as reader:
            memory.events["home"] = [event(seq) for seq in range(1, 6)]
            broker.advance(5, PROJECTS)
            first = await anext(reader)
            assert isinstance(first, Batch)
            assert [each.seq for each in first.events] == [1, 2]
        await broker.close()

    run(story())


def test_a_closed_broker_takes_no_reader(memory: Memory) -> None:
    async def story() -> None:
        broker = memory.broker()
        await broker.close()
        with pytest.raises(OverloadError, match="the server stops"):
            broker.subscribe(HOME, LOGS)

    run(story())


def test_a_reader_is_given_the_types_it_wants_whatever_others_want(memory: Memory) -> None:
    async def story() -> None:
        broker = memory.broker()
        everything = broker.subscribe(HOME, LOGS)
        narrow = broker.subscribe(HOME, LOGS, types=frozenset({"developer_log"}))
        memory.add([1, 2], type_="log")
        memory.add([3], type_="developer_log")
        memory.add([4], "runs", type_="developer_log")
        broker.advance(4, PROJECTS)
        assert await read(everything, 3) == [1, 2, 3]
        assert await read(narrow, 3) == [3]
        await broker.close()

    run(story())


def test_what_only_narrow_readers_want_is_all_that_is_loaded(memory: Memory) -> None:
    async def story() -> None:
        broker = memory.broker()
        logs = broker.subscribe(HOME, LOGS, types=frozenset({"log"}))
        metrics = broker.subscribe(HOME, frozenset({"metrics"}), types=frozenset({"metric"}))
        memory.add([1], "logs", type_="log")
        memory.add([2], "metrics", type_="metric")
        memory.add([3], "logs", type_="room_event")
        broker.advance(3, PROJECTS)
        assert await read(logs, 1) == [1]
        assert await read(metrics, 2) == [2]
        assert [event.seq for block in logs.feed.blocks for event in block.events] == [1, 2]
        await broker.close()

    run(story())


def test_readers_that_are_behind_hold_up_nobody_who_keeps_up(memory: Memory) -> None:
    """The store answers nothing to those who catch up, and all the same the feed goes on."""

    async def story() -> None:
        stuck = threading.Event()
        load, watermark = memory.load, 1_000

        def slow_for_the_past(*arguments: Any, **named: Any) -> Any:
            if named["after"] < watermark:
                assert stuck.wait(10)
            return load(*arguments, **named)

        broker = Broker(
            slow_for_the_past, memory.oldest, count=memory.count, watermark=watermark, interval_s=0.0
        )
        memory.add([999])
        behind = [broker.subscribe(HOME, LOGS, after=after) for after in range(900, 910)]
        waiting = [asyncio.ensure_future(read(each, 1_001)) for each in behind]
        keeps_up = broker.subscribe(HOME, LOGS)
        memory.add([1_001])
        broker.advance(1_001, PROJECTS)
        assert await read(keeps_up, 1_001) == [1_001]
        assert not any(each.done() for each in waiting)
        stuck.set()
        assert await asyncio.gather(*waiting) == [[999, 1_001]] * 10
        await broker.close()

    run(story())
