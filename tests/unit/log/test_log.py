"""The log answers when a batch is on disk, keeps one order, and gives back what was not released."""

from __future__ import annotations

import asyncio
import errno
import gzip
import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from fanlight.errors import ConfigError, OverloadError
from fanlight.ingest.disk import Disk
from fanlight.ingest.generation import Generation
from fanlight.ingest.log import Log
from fanlight.ingest.sequence import BLOCK
from fanlight.model.batch import Coding
from fanlight.model.signal import Signal

Make = Callable[..., Any]


class SlowDisk(Disk):
    """Counts flushes; `gate` holds them back while it is cleared."""

    def __init__(self) -> None:
        self.flushes = 0
        self.flushing = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def sync(self, file: int) -> None:
        self.flushes += 1
        self.flushing.set()
        self.gate.wait()
        super().sync(file)


def test_appended_batches_come_back_in_order_with_ascending_sequences(
    make_log: Make, batch: Make, append: Make, texts: Make
) -> None:
    log = make_log()
    log.open()
    assert append(log, batch("a", items=3), batch("b", items=0), batch("c", items=2)) == [1, 4, 5]
    generation = log.seal()
    assert [texts(segment) for segment in generation.segments] == [[(1, "a"), (4, "b"), (5, "c")]]
    assert (generation.last_seq, generation.summary_seq, generation.segments[0].items) == (6, 7, 5)


def test_a_generation_has_one_segment_a_signal_and_its_summaries_come_before_the_next(
    make_log: Make, batch: Make, append: Make, texts: Make
) -> None:
    log = make_log()
    log.open()
    append(log, batch("t"), batch("l", signal=Signal.LOGS), batch("m", signal=Signal.METRICS))
    first = log.seal()
    append(log, batch("later", signal=Signal.LOGS))
    second = log.seal()
    assert [(s.token, texts(s)) for s in (*first.segments, *second.segments)] == [
        ("traces-1-zst", [(1, "t")]),
        ("logs-1-zst", [(2, "l")]),
        ("metrics-1-zst", [(3, "m")]),
        (f"logs-{4 + BLOCK}-zst", [(4 + BLOCK, "later")]),
    ]
    assert (first.last_seq, first.summary_seq, second.last_seq) == (3, 4, 4 + BLOCK)
    assert log.seal() is None


def test_an_empty_generation_is_a_block_between_what_was_and_what_comes(
    make_log: Make, batch: Make, append: Make
) -> None:
    log = make_log()
    log.open()
    append(log, batch("a"))
    log.seal()
    empty = log.seal(empty=True)
    assert empty == Generation(segments=(), summary_seq=2 + BLOCK, last_seq=1 + BLOCK, bytes=0)
    assert append(log, batch("b")) == [2 + 2 * BLOCK]


def test_batches_that_wait_for_one_flush_share_the_next(make_log: Make, batch: Make) -> None:
    disk = SlowDisk()
    log = make_log(disk=disk)
    log.open()

    async def run() -> int:
        await log.append(batch("before"))
        disk.flushing.clear()
        disk.gate.clear()
        first = asyncio.create_task(log.append(batch("first")))
        await asyncio.to_thread(disk.flushing.wait, 10)
        flushes = disk.flushes
        rest = [asyncio.create_task(log.append(batch(f"{n}"))) for n in range(200)]
        await asyncio.sleep(0)
        assert not first.done()
        disk.gate.set()
        await asyncio.gather(first, *rest)
        return disk.flushes - flushes

    assert asyncio.run(run()) == 1


def test_an_answer_waits_for_the_flush(make_log: Make, batch: Make) -> None:
    disk = SlowDisk()
    log = make_log(disk=disk)
    log.open()

    async def run() -> tuple[bool, int]:
        disk.gate.clear()
        task = asyncio.create_task(log.append(batch()))
        await asyncio.to_thread(disk.flushing.wait, 10)
        early = task.done()
        disk.gate.set()
        return early, await task

    assert asyncio.run(run()) == (False, 1)


def test_a_sender_that_hangs_up_harms_nobody(make_log: Make, batch: Make, texts: Make) -> None:
    disk = SlowDisk()
    log = make_log(disk=disk)
    log.open()

    async def run() -> None:
        disk.gate.clear()
        gone = asyncio.create_task(log.append(batch("gone")))
        await asyncio.to_thread(disk.flushing.wait, 10)
        stays = asyncio.create_task(log.append(batch("stays")))
        await asyncio.sleep(0)
        gone.cancel()
        disk.gate.set()
        assert await stays == 2

    asyncio.run(run())
    assert texts(log.seal().segments[0]) == [(1, "gone"), (2, "stays")]


def test_a_segment_that_is_full_ends_its_generation(make_log: Make, batch: Make, append: Make) -> None:
    log = make_log(segment_bytes=2_000)
    log.open()
    append(log, *(batch("x" * 900, items=2) for _ in range(20)))
    generations = []
    while generation := log.seal():
        generations.append(generation)
    assert [generation.segments[0].items for generation in generations] == [12, 12, 12, 4]
    assert all(a.summary_seq + BLOCK == b.segments[0].first_seq for a, b in pairwise(generations))


def test_a_signal_that_comes_in_two_codings_has_a_file_of_each_in_one_generation(
    make_log: Make, batch: Make, append: Make, texts: Make
) -> None:
    log = make_log()
    log.open()
    plain = batch("as text")
    packed = replace(batch("as gzip"), coding=Coding.GZIP, coded=gzip.compress(b"as gzip"))
    append(log, plain, packed)
    generation = log.seal()
    expected = [("traces-1-zst", [(1, "as text")]), ("traces-1", [(2, "as gzip")])]
    assert [(segment.token, texts(segment)) for segment in generation.segments] == expected
    log.close()
    (waiting,) = make_log().open()
    assert sorted((segment.token, texts(segment)) for segment in waiting.segments) == sorted(expected)


def test_a_log_that_is_full_refuses_until_something_is_released(
    make_log: Make, batch: Make, append: Make
) -> None:
    log = make_log(max_backlog_bytes=500)
    log.open()
    assert append(log, batch(" ".join(map(str, range(10_000))))) == [1]
    (refused,) = append(log, batch("y"))
    assert isinstance(refused, OverloadError)
    generation = log.seal()
    assert generation.bytes == log.backlog_bytes
    log.release(generation)
    assert log.backlog_bytes == 0
    assert append(log, batch("y")) == [2 + BLOCK]


def test_what_was_not_released_waits_at_the_next_start(
    make_log: Make, batch: Make, append: Make, texts: Make
) -> None:
    log = make_log()
    log.open()
    for text in ("released", "sealed", "open"):
        append(log, batch(text), batch(f"log of {text}", signal=Signal.LOGS))
        if text != "open":
            generation = log.seal()
        if text == "released":
            log.release(generation)
    log.close()
    again = make_log()
    waiting = again.open()
    assert [[texts(segment) for segment in generation.segments] for generation in waiting] == [
        [[(4 + BLOCK, "log of sealed")], [(3 + BLOCK, "sealed")]],
        [[(6 + 2 * BLOCK, "log of open")], [(5 + 2 * BLOCK, "open")]],
    ]
    assert [again.seal(), again.seal(), again.seal()] == [*waiting, None]


def test_only_the_last_waiting_generation_has_a_block_and_it_is_above_all_that_was_told(
    make_log: Make, batch: Make, append: Make
) -> None:
    log = make_log()
    log.open()
    append(log, batch("a"))
    log.seal()
    append(log, batch("b"))
    told = log.seal(empty=True).summary_seq
    log.close()
    again = make_log()
    first, last = again.open()
    assert (first.summary_seq == last.summary_seq, last.summary_seq > told) == (True, True)
    assert append(again, batch("c"))[0] >= last.summary_seq + BLOCK


def test_sequences_stay_above_everything_given_out_when_all_was_released(
    make_log: Make, batch: Make, append: Make
) -> None:
    log = make_log()
    log.open()
    append(log, batch("a", items=40))
    generation = log.seal()
    log.release(generation)
    log.close()
    again = make_log()
    assert again.open() == []
    assert append(again, batch("b"))[0] >= generation.summary_seq + BLOCK


def test_sequences_stay_above_the_store_when_the_log_is_new(
    make_log: Make, batch: Make, append: Make
) -> None:
    log = make_log()
    log.open(above_seq=77_000)
    assert append(log, batch("a")) == [77_001]


def test_a_torn_end_is_cut_off_and_damage_before_it_is_parked(
    make_log: Make, batch: Make, append: Make, texts: Make
) -> None:
    log = make_log()
    log.open()
    append(log, *(batch(text) for text in "abc"))
    path = log.seal().segments[0].path
    log.close()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content) + bytes(content[:50]))
    again = make_log()
    (generation,) = again.open()
    assert texts(generation.segments[0]) == [(1, "a"), (3, "c")]
    (entry,) = again.parked.list()
    assert (entry.signal, entry.replayable, entry.reason[:16]) == (Signal.TRACES, False, "damaged on disk:")


def test_interval_durability_answers_at_once_and_flushes_later(make_log: Make, batch: Make) -> None:
    disk = SlowDisk()
    log = make_log(disk=disk, durability="interval:20")
    log.open()

    async def run() -> tuple[int, int]:
        await log.append(batch("first"))
        disk.gate.clear()
        disk.flushing.clear()
        await asyncio.to_thread(disk.flushing.wait, 10)
        disk.gate.set()
        return await log.append(batch("second")), disk.flushes

    seq, flushes = asyncio.run(run())
    assert seq == 2
    assert flushes >= 1


@pytest.mark.parametrize("durability", ["", "never", "interval", "interval:0", "interval:-1", "interval:x"])
def test_an_unknown_durability_is_refused(tmp_path: Path, durability: str) -> None:
    with pytest.raises(ConfigError, match="durability"):
        Log(tmp_path, segment_bytes=1, max_backlog_bytes=1, durability=durability)


def test_a_closed_log_refuses(make_log: Make, batch: Make, append: Make) -> None:
    log = make_log()
    assert isinstance(append(log, batch())[0], OverloadError)
    log.open()
    log.close()
    assert isinstance(append(log, batch())[0], OverloadError)


def test_a_project_that_fills_the_backlog_leaves_room_for_another(
    make_log: Make, batch: Make, append: Make
) -> None:
    log = make_log(max_backlog_bytes=20_000)
    log.open()
    noisy, quiet = (replace(batch(f"x{number}"), project=name) for number, name in enumerate("nq"))
    while isinstance(found := append(log, noisy)[0], int):
        pass
    assert (type(found), "are of project n" in str(found)) == (OverloadError, True)
    assert isinstance(append(log, quiet)[0], int)
    while generation := log.seal():
        log.release(generation)
    assert isinstance(append(log, noisy)[0], int)


def test_a_block_never_comes_before_what_is_open_though_what_had_ended_held_nothing(
    make_log: Make, append: Make, batch: Make, texts: Make
) -> None:
    # Whoever is told of the block's sequences has been told of everything below.
    class OnceFull(Disk):
        refuses = False

        def write(self, file: int, buffers: Any) -> int:
            if self.refuses:
                self.refuses = False
                raise OSError(errno.ENOSPC, "full")
            return super().write(file, buffers)

    disk = OnceFull()
    log = make_log(disk)
    log.open()
    append(log, batch("before"))
    log.seal()
    disk.refuses = True
    [refused], [seq] = append(log, batch("refused")), append(log, batch("taken"))
    assert isinstance(refused, OverloadError)
    generation = log.seal(empty=True)
    assert [texts(segment) for segment in generation.segments] == [[(seq, "taken")]]
