"""Where a segment, a generation and the whole log end, byte by byte; and what a sender hears then."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest

from fanlight.clock import ManualClock
from fanlight.errors import ConfigError, DiskFullError, OverloadError
from fanlight.ingest import log as log_module
from fanlight.ingest.commit import GroupCommit
from fanlight.ingest.disk import Disk
from fanlight.ingest.log import Log
from fanlight.ingest.segment import OpenSegment
from fanlight.ingest.sequence import BLOCK, STEP, Sequence
from fanlight.model.batch import Batch
from fanlight.model.signal import Signal
from fanlight.otlp import framing

Make = Callable[..., Any]


class Counting(Disk):
    """Counts flushes and names; refuses with `error` while there is one."""

    def __init__(self) -> None:
        self.syncs = self.directories = 0
        self.error: int | None = None

    def sync(self, file: int) -> None:
        self.syncs += 1
        if self.error:
            raise OSError(self.error, "No such luck")
        super().sync(file)

    def sync_directory(self, path: Path) -> None:
        self.directories += 1
        super().sync_directory(path)


class Stepped(GroupCommit):
    """Commits when it is told to: what was sent together is one group, whatever the machine does."""

    def start(self) -> None: ...

    def close(self) -> None:
        self.step()


@pytest.fixture
def make(make_log: Make) -> Make:
    return partial(make_log, group_commit=Stepped)


def send(log: Log, *batches: Batch) -> list[Any]:
    """Append at the same time; the sequence of each, or why it was not taken."""

    async def run() -> list[Any]:
        sent = [asyncio.create_task(log.append(batch)) for batch in batches]
        await asyncio.sleep(0)
        if log._commits is not None:
            log._commits.step()
        return await asyncio.gather(*sent, return_exceptions=True)

    return asyncio.run(run())


def drained(log: Log) -> list[list[int]]:
    """The items of each segment of each generation that waits."""
    found = []
    while generation := log.seal():
        found.append([segment.items for segment in generation.segments])
    return found


def sizes(one: Batch) -> tuple[int, int]:
    """Bytes of a batch's record, and of its body alone."""
    return len(framing.encode(one, 1)), len(framing.compress(one).data)


def test_a_segment_takes_as_many_bytes_as_it_may_and_none_more(
    make: Make, batch: Make, tmp_path: Path
) -> None:
    one = batch("x" * 50)
    record, body = sizes(one)
    for segment_bytes, expected in [(record + body, [[2]]), (record + body - 1, [[1], [1]])]:
        log = make(segment_bytes=segment_bytes, directory=tmp_path / f"{segment_bytes}")
        log.open()
        assert all(isinstance(send(log, one)[0], int) for _ in range(2))
        assert drained(log) == expected
    # Of what waits for the same flush the bodies alone are counted: heads are not made yet.
    for segment_bytes, expected in [(2 * body, [[2]]), (2 * body - 1, [[1], [1]])]:
        log = make(segment_bytes=segment_bytes, directory=tmp_path / f"group {segment_bytes}")
        log.open()
        send(log, one, one)
        assert drained(log) == expected


def test_a_segment_takes_as_many_items_as_the_engine_takes_at_once(
    make: Make, batch: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_module, "SEGMENT_ITEMS", 10)
    log = make()
    log.open()
    for items in (4, 6, 1, 99, 1):
        send(log, batch(f"{items}", items=items))
    assert drained(log) == [[10], [1], [99], [1]]


def test_a_segment_is_bounded_by_what_it_inflates_to(make: Make, batch: Make) -> None:
    log = make(segment_bytes=1_000)
    log.open()
    for size in (1_500, 1_500, 1, 2_999, 1, 1):
        send(log, batch("x" * size))
    assert drained(log) == [[2], [2], [2]]


def test_each_signal_fills_its_own_segment_and_ends_the_generation_of_all(
    make: Make, batch: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_module, "SEGMENT_ITEMS", 3)
    log = make()
    log.open()
    logs = batch("l", signal=Signal.LOGS, items=2)
    send(log, logs, batch("t", items=2), batch("t", items=1), logs, batch("t", items=3))
    assert drained(log) == [[2, 3], [2, 3]]


def test_a_full_log_says_how_full_it_is(make: Make, batch: Make, tmp_path: Path) -> None:
    one = replace(batch("x" * 50), project="")
    record, body = sizes(one)
    for most, is_taken in [(record + body, True), (record + body - 1, False)]:
        log = make(max_backlog_bytes=most, directory=tmp_path / f"{most}")
        log.open()
        send(log, one)
        assert log.backlog_bytes == record
        (second,) = send(log, one)
        if is_taken:
            assert second == 2
        else:
            assert (second.message, second.hint) == (
                f"{record} bytes wait for the store, {most} is the most",
                "send it again later; max_backlog_bytes sets the most",
            )


def test_an_empty_log_takes_a_request_larger_than_all_that_may_wait(make: Make, batch: Make) -> None:
    log = make(max_backlog_bytes=10)
    log.open()
    assert send(log, batch("x" * 50)) == [1]
    generation = log.seal()
    assert isinstance(send(log, batch("x"))[0], OverloadError)
    log.release(generation)
    assert log.backlog_bytes == 0
    assert isinstance(send(log, batch("x" * 50))[0], int)


def test_a_project_that_holds_its_share_is_told_so(make: Make, batch: Make) -> None:
    log = make(max_backlog_bytes=20_000)
    log.open()
    noisy = replace(batch("x"), project="noisy")
    while isinstance(refused := send(log, noisy)[0], int):
        pass
    assert (type(refused), refused.message, refused.hint) == (
        OverloadError,
        f"most of the {log.backlog_bytes} bytes that wait for the store are of project noisy",
        "send it again later: the rest is for others; max_backlog_bytes sets the most",
    )


@pytest.mark.parametrize(
    ("number", "kind", "message", "hint", "retry_after_s"),
    [
        (errno.ENOSPC, DiskFullError, "the disk is full", "free some space in the data directory", 5),
        (errno.EDQUOT, DiskFullError, "the disk is full", "free some space in the data directory", 5),
        (errno.EIO, OverloadError, "the log could not be written: No such luck", "", 1),
    ],
)
def test_a_sender_hears_what_the_disk_said(
    make: Make, batch: Make, number: int, kind: type, message: str, hint: str,
    retry_after_s: int, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    disk = Counting()
    log = make(disk)
    log.open()
    send(log, batch("first"))
    disk.error = number
    with caplog.at_level(logging.ERROR, "fanlight.ingest.log"):
        refused, other = send(log, batch("a"), batch("b"))
    told = (type(refused), refused.message, refused.hint, refused.retry_after_s)
    assert told == (kind, message, hint, retry_after_s)
    assert str(other) == str(refused)
    assert [record.getMessage() for record in caplog.records] == [
        f"2 traces batches were not written: [Errno {number}] No such luck"
    ]
    disk.error = None
    (seq,) = send(log, batch("again"))
    assert isinstance(seq, int)


def test_before_it_is_open_a_log_takes_nothing(make: Make, batch: Make) -> None:
    (refused,) = send(make(), batch())
    assert (type(refused), str(refused)) == (OverloadError, "the log is not open yet")
    assert make().seal(empty=True) is None
    assert make().backlog_bytes == 0


def test_opening_again_changes_nothing(make: Make, batch: Make) -> None:
    log = make()
    log.open()
    send(log, batch("a"))
    log.close()
    again = make()
    assert not again.wait(0)
    first = again.open(above_seq=5)
    assert [generation.segments[0].items for generation in first] == [1]
    assert again.open(above_seq=10**15) == first
    assert again.wait(0)
    assert again.backlog_bytes == first[0].bytes == first[0].segments[0].path.stat().st_size
    assert send(again, batch("b"))[0] < 10**15


def test_whoever_waits_is_woken_by_what_was_committed_since_the_last_seal(make: Make, batch: Make) -> None:
    log = make()
    log.open()
    assert (log.wait(0), log.is_behind) == (False, False)
    send(log, batch("a"))
    assert (log.wait(0), log.is_behind) == (True, False)
    assert log.seal() is not None
    assert (log.wait(0), log.is_behind, log.seal()) == (False, False, None)


def test_generations_that_have_ended_are_what_the_writer_is_behind_with(
    make: Make, batch: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_module, "SEGMENT_ITEMS", 1)
    log = make()
    log.open()
    send(log, batch("a"), batch("b"), batch("c"))
    behind = []
    while log.seal():
        behind.append(log.is_behind)
    assert behind == [True, False, False]


def test_with_an_interval_what_was_answered_is_flushed_when_it_has_passed(make: Make, batch: Make) -> None:
    clock, disk = ManualClock(), Counting()
    log = make(disk, durability="interval:60000", clock=clock)
    log.open()
    before = disk.syncs
    send(log, batch("a"))
    flushed = [disk.syncs - before]
    for wait_s in (59.9, 0.1, 60):
        clock.advance(wait_s)
        log._tick()
        flushed.append(disk.syncs - before)
    # The last has nothing to flush: it is on disk already.
    assert flushed == [1, 1, 2, 2]
    send(log, batch("b"))
    for wait_s in (59.9, 0.1):
        clock.advance(wait_s)
        log._tick()
        flushed.append(disk.syncs - before)
    assert flushed[4:] == [2, 3]


def test_a_flush_that_failed_is_not_asked_for_again_and_keeps_no_other_file_from_its_own(
    make: Make, batch: Make, caplog: pytest.LogCaptureFixture
) -> None:
    clock, disk = ManualClock(), Counting()
    log = make(disk, durability="interval:60000", clock=clock)
    log.open()
    send(log, batch("a"), batch("b", signal=Signal.LOGS))
    disk.error = errno.EIO
    clock.advance(60)
    before = disk.syncs
    with caplog.at_level(logging.ERROR, "fanlight.ingest.log"):
        log._tick()
        disk.error = None
        log._tick()
    assert [record.getMessage() for record in caplog.records] == [
        "acknowledged batches may not survive a power cut: [Errno 5] No such luck"
    ] * 2
    # What is in doubt takes no more, and what was acknowledged is stored all the same.
    send(log, batch("c"))
    assert drained(log) == [[1, 1], [1]]
    assert disk.syncs - before == 2 + 1


def test_what_ends_with_an_interval_is_flushed_as_it_ends(make: Make, batch: Make) -> None:
    disk = Counting()
    log = make(disk, durability="interval:60000", clock=ManualClock())
    log.open()
    send(log, batch("a"), batch("b", signal=Signal.LOGS))
    before = disk.syncs
    log.seal()
    assert disk.syncs - before == 2


@pytest.mark.parametrize("durability", ["", "never", "fsync:5", "interval", "interval:0", "interval:1.5"])
def test_a_durability_that_is_none_says_what_there_is(tmp_path: Path, durability: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Log(tmp_path, segment_bytes=1, max_backlog_bytes=1, durability=durability)
    assert (refused.value.message, refused.value.hint) == (
        f"durability is {durability!r}", "it takes fsync or interval:MS",
    )  # fmt: skip


def test_a_cut_is_all_that_was_not_released_under_second_names(
    make: Make, batch: Make, tmp_path: Path
) -> None:
    log = make()
    log.open()
    for text in ("released", "given", "open"):
        send(log, batch(text, items=2))
        if text != "open":
            generation = log.seal()
        if text == "released":
            log.release(generation)
    place = tmp_path / "cut"
    place.mkdir()
    last = log.cut(place)
    assert last == 6 + 3 * BLOCK
    assert (place / "sequence").read_text() == f"{1 + STEP + 2 + BLOCK}\n"
    names = sorted(path.name for path in place.iterdir())
    assert names == [f"{3 + BLOCK:020}-traces.pb.zst", f"{5 + 2 * BLOCK:020}-traces.pb.zst", "sequence"]
    assert all((place / name).samefile(tmp_path / "log" / name) for name in names[:2])
    assert send(log, batch("later")) == [last + 1]
    assert [path.stat().st_nlink for path in sorted((tmp_path / "log").glob("*.zst"))] == [2, 2, 1]


def test_what_is_released_is_gone_from_the_disk_and_its_name_too(
    make: Make, batch: Make, tmp_path: Path
) -> None:
    disk = Counting()
    log = make(disk)
    log.open()
    send(log, batch("a"), batch("b", signal=Signal.LOGS))
    generation = log.seal()
    before = disk.directories
    log.release(generation)
    assert disk.directories - before == 1
    assert list((tmp_path / "log").glob("*.pb.*")) == []
    log.release(log.seal(empty=True))
    assert (disk.directories - before, log.backlog_bytes) == (1, 0)


def test_sequences_are_given_once_and_their_ceiling_is_raised_in_time(tmp_path: Path) -> None:
    path = tmp_path / "sequence"
    sequence = Sequence(path)
    assert (sequence.next, sequence.ceiling, path.exists()) == (1, 1, False)
    assert (sequence.take(0), sequence.take(3), sequence.take(1)) == (1, 1, 4)
    ceiling = 1 + BLOCK + STEP
    assert (path.read_text(), sequence.ceiling, sequence.next) == (f"{ceiling}\n", ceiling, 5)
    # Room for a block stays below the ceiling, to the last number.
    assert sequence.take(STEP - 4) == 5
    assert path.read_text() == f"{ceiling}\n"
    assert sequence.take_block() == STEP + 1
    assert (sequence.next, sequence.ceiling) == (ceiling, ceiling)
    assert sequence.take(1) == ceiling
    assert path.read_text() == f"{ceiling + 1 + BLOCK + STEP}\n"
    assert Sequence(path, above=7).next == ceiling + 1 + BLOCK + STEP
    assert Sequence(path, above=2**40).next == 2**40 + 1


def test_the_first_file_number_that_there_is_is_let_go_of_too(tmp_path: Path) -> None:
    # Where a process is started without a standard input its first file is number 0.
    class First(Disk):
        closed: ClassVar[list[int]] = []

        def create(self, path: Path) -> int:
            return 0

        def close(self, file: int) -> None:
            self.closed.append(file)

    segment = OpenSegment(First(), tmp_path / "a", Signal.TRACES, 1)
    segment.release()
    segment.release()
    assert First.closed == [0]
