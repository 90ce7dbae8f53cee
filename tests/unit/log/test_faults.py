"""Any system call of the log may fail, at any time: what was acknowledged stays, and the log goes on."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import pytest

from fanlight.errors import OverloadError
from fanlight.ingest.disk import Disk
from fanlight.model.signal import Signal
from fanlight.otlp import framing

Make = Callable[..., Any]

CALLS = ("create", "write", "sync", "truncate", "rename", "unlink", "sync_directory", "reopen")
NEVER = 10**9
ERRORS = (errno.EIO, errno.ENOSPC, errno.EINTR, errno.EDQUOT)


class FailingDisk(Disk):
    """Fails call number `nth` of the kind `call`, and the `times - 1` after it."""

    def __init__(self, call: str, nth: int, number: int, *, times: int = 1) -> None:
        self._call, self._nth, self._number, self._times = call, nth, number, times
        self.made: dict[str, int] = dict.fromkeys(CALLS, 0)

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name not in CALLS:
            return found

        def call(*arguments: Any) -> Any:
            self.made[name] += 1
            if name == self._call and 0 <= self.made[name] - self._nth < self._times:
                if name == "write":  # a write that fails may have written a part
                    file, buffers = arguments
                    found(file, [bytes(buffers[0])[:7]])
                raise OSError(self._number, "injected")
            return found(*arguments)

        return call


def scenario(log: Any, append: Make, batch: Make, *, generations: int = 4) -> tuple[list[str], list[str]]:
    """Send batches of two signals, take every other generation away; what was acknowledged, what refused."""
    acknowledged: list[str] = []
    refused: list[str] = []
    for number in range(generations):
        for part in range(2):
            texts = [f"{number}.{part}.{n}" for n in range(3)]
            signals = (Signal.TRACES, Signal.LOGS, Signal.TRACES)
            outcomes = append(
                log, *(batch(text, signal=signal) for text, signal in zip(texts, signals, strict=True))
            )
            for text, outcome in zip(texts, outcomes, strict=True):
                assert isinstance(outcome, int | OverloadError)
                (acknowledged if isinstance(outcome, int) else refused).append(text)
        if number % 2:
            persist(log.seal)
    return acknowledged, refused


def persist(step: Callable[[], Any]) -> Any:
    """What the writer does."""
    for _ in range(10):
        try:
            return step()
        except OSError:
            continue
    raise AssertionError("it never went through")


def replay(log: Any, texts: Make) -> list[str]:
    """Everything that waits after a restart."""
    return [
        text
        for generation in persist(log.open)
        for segment in generation.segments
        for _, text in texts(segment)
    ]


def test_what_is_no_error_of_the_disk_costs_its_own_batches_and_gives_their_room_back(
    make_log: Make, append: Make, batch: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = make_log()
    log.open()
    framed = framing.frame

    def frame(batch: Any, body: Any, seq: int) -> Any:
        if batch.signal is Signal.LOGS:
            raise ValueError("no such thing")
        return framed(batch, body, seq)

    monkeypatch.setattr(framing, "frame", frame)
    taken, refused = append(log, batch("a"), batch("b", signal=Signal.LOGS, project="noisy"))
    assert (taken, str(refused)) == (1, "the log failed: no such thing")
    assert set(log._shares._held) == {"p"}
    monkeypatch.undo()
    assert isinstance(append(log, batch("c", signal=Signal.LOGS, project="noisy"))[0], int)


@pytest.mark.parametrize("number", ERRORS, ids=errno.errorcode.get)
@pytest.mark.parametrize(
    "call", ["create", "write", "sync", "truncate", "rename", "unlink", "sync_directory"]
)
def test_the_nth_call_fails_and_nothing_acknowledged_is_lost(
    make_log: Make, append: Make, batch: Make, texts: Make, tmp_path: Any, call: str, number: int
) -> None:
    nth = 0
    disk = FailingDisk(call, 0, number)
    while not nth or disk.made[call] >= nth:
        nth += 1
        directory = tmp_path / f"{nth}"
        disk = FailingDisk(call, nth, number)
        log = make_log(disk, directory=directory)
        persist(log.open)
        acknowledged, refused = scenario(log, append, batch)
        (last,) = append(log, batch("afterwards"))
        log.close()
        again = make_log(directory=directory)
        found = replay(again, texts)
        assert len(found) == len(set(found))
        assert set(acknowledged) <= set(found) <= {*acknowledged, *refused, "afterwards"}
        assert isinstance(last, int) or disk.made[call] == nth
        assert (append(again, batch("next"))[0]) > 0
        again.close()
    assert nth > (1 if call != "truncate" else 0)


@pytest.mark.parametrize("call", ["write", "sync"])
def test_a_failed_batch_is_refused_and_never_read_while_its_neighbours_stay(
    make_log: Make, append: Make, batch: Make, texts: Make, call: str
) -> None:
    disk = FailingDisk(call, NEVER, errno.EIO)
    log = make_log(disk)
    log.open()
    append(log, batch("before"))
    disk._nth = disk.made[call] + 1
    outcomes = append(log, batch("in doubt"), batch("of another file", signal=Signal.LOGS))
    assert [isinstance(outcome, int) for outcome in outcomes] == [False, True]
    append(log, batch("after"))
    log.close()
    assert sorted(replay(make_log(), texts)) == ["after", "before", "of another file"]


def test_a_full_disk_refuses_with_503_and_accepts_when_there_is_room_again(
    make_log: Make, append: Make, batch: Make, texts: Make
) -> None:
    disk = FailingDisk("write", NEVER, errno.ENOSPC, times=50)
    log = make_log(disk)
    log.open()
    append(log, batch("before"))
    disk._nth = disk.made["write"] + 1
    outcomes = [append(log, batch(f"{n}"))[0] for n in range(60)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, OverloadError)]
    assert (len(refused), refused[0].message, refused[0].retry_after_s) == (50, "the disk is full", 5)
    generations = [log.seal(), log.seal()]
    assert [text for g in generations for s in g.segments for _, text in texts(s)] == [
        "before",
        *(f"{n}" for n in range(50, 60)),
    ]


def test_a_doubtful_end_that_cannot_be_cut_holds_its_generation_back(
    make_log: Make, append: Make, batch: Make, texts: Make
) -> None:
    disk = FailingDisk("sync", NEVER, errno.EIO)
    log = make_log(disk)
    log.open()
    append(log, batch("before"))
    disk._nth = disk.made["sync"] + 1
    append(log, batch("in doubt"))
    disk._call, disk._nth = "truncate", disk.made["truncate"] + 1
    with pytest.raises(OSError, match="injected"):
        log.seal()
    append(log, batch("after"))
    assert [texts(segment) for segment in log.seal().segments] == [[(1, "before")]]


def test_an_interval_that_cannot_flush_keeps_what_it_promised(
    make_log: Make, append: Make, batch: Make, texts: Make
) -> None:
    disk = FailingDisk("sync", NEVER, errno.EIO)
    log = make_log(disk, durability="interval:3600000")
    log.open()
    append(log, batch("a"), batch("b"))
    disk._nth = disk.made["sync"] + 1
    assert [text for _, text in texts(log.seal().segments[0])] == ["a", "b"]


@pytest.mark.parametrize("number", ERRORS, ids=errno.errorcode.get)
@pytest.mark.parametrize("call", CALLS)
def test_a_repair_that_fails_half_way_can_be_begun_again(
    make_log: Make, append: Make, batch: Make, texts: Make, call: str, number: int
) -> None:
    log = make_log()
    log.open()
    append(log, *(batch(text) for text in "abc"), batch("log", signal=Signal.LOGS))
    damaged, torn = sorted((segment.path for segment in log.seal().segments), reverse=True)
    log.close()
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    images = {damaged: bytes(content), torn: torn.read_bytes() + b"\x1f\x8b torn"}
    nth, disk = 0, FailingDisk(call, 0, number)
    while not nth or disk.made[call] >= nth:
        nth += 1
        for path, image in images.items():
            path.write_bytes(image)
        disk = FailingDisk(call, nth, number)
        again = make_log(disk)
        assert sorted(replay(again, texts)) == ["a", "c", "log"]
        assert [entry.reason[:7] for entry in again.parked.list()] == ["damaged"]
        again.close()
