"""The whole path from a batch to the store, with each of its system calls failing in each way."""

from __future__ import annotations

import itertools
import logging
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from fanlight.config import load
from fanlight.errors import OverloadError
from fanlight.ingest.disk import DISK, Disk
from fanlight.ingest.log import Log
from fanlight.ingest.writer import Writer
from fanlight.model.signal import Signal
from tests.figures import Tell
from tests.unit.log.conftest import FakeLedger, FakeStore, append_all, make_batch
from tests.unit.log.test_faults import ERRORS, FailingDisk

CALLS = ("create", "write", "sync", "truncate", "rename", "unlink", "sync_directory", "reopen")
HANGS_AFTER_S = 5.0
AT_LEAST = 1_500
ROUNDS = 23
IN_A_ROW = (1, 3)
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
CONFIG = load(environ={}, flags={"data": "/nonexistent"})


class Life:
    """One data directory, its store, and what its senders know."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.store: Any = FakeStore()
        self.acknowledged: set[str] = set()
        self.sent: set[str] = set()
        self.slowest_s = 0.0

    def live(self, disk: Disk, *, rounds: int) -> None:
        """Open the log, take batches of two signals for `rounds`, store them in between, and end."""
        log = Log(self._directory, segment_bytes=400, max_backlog_bytes=1 << 22, disk=disk)
        writer = Writer(
            log,
            self.store,
            announce=lambda watermark, projects, kinds: None,
            ledger=FakeLedger(),
            config=CONFIG,
        )
        try:
            self._again(writer.open)
            for number in range(rounds):
                self._send(log, number)
                if number % 3 == 2:
                    self._again(writer.turn)
            while self._again(writer.turn):
                pass
        finally:
            log.close()

    def _send(self, log: Log, number: int) -> None:
        texts = [f"r{number % 2}:{len(self.sent)}.{part}" for part in range(3)]
        signals = itertools.cycle((Signal.TRACES, Signal.LOGS))
        batches = [make_batch(text, signal=signal) for text, signal in zip(texts, signals, strict=False)]
        began = time.monotonic()
        outcomes = append_all(log, *batches)
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)
        self.sent |= set(texts)
        assert all(isinstance(outcome, int | OverloadError) for outcome in outcomes), outcomes
        self.acknowledged |= {
            text for text, outcome in zip(texts, outcomes, strict=True) if isinstance(outcome, int)
        }

    def _again(self, step: Any) -> Any:
        """As the server's thread does: what the disk refused is tried again."""
        began = time.monotonic()
        for _ in range(5):
            try:
                return step()
            except OSError:
                continue
            finally:
                self.slowest_s = max(self.slowest_s, time.monotonic() - began)
        raise AssertionError(f"{step} never went through")


def run(call: str, nth: int, number: int, *, times: int) -> tuple[FailingDisk, Life]:
    """A life in which call number `nth` and `times` - 1 after it fail, and one in which nothing does."""
    disk = FailingDisk(call, nth, number, times=times)
    with TemporaryDirectory(dir=MEMORY) as place:
        found = Life(Path(place) / "log")
        found.live(disk, rounds=ROUNDS)
        found.live(DISK, rounds=1)
    return disk, found


@pytest.mark.slow
@pytest.mark.trust("T4")
@pytest.mark.timeout(900)
def test_whichever_call_fails_nothing_acknowledged_is_lost_and_nothing_hangs(
    figure: Tell, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "fanlight")
    runs, lost, strangers, slowest = 0, 0, 0, 0.0
    for call, number, times in itertools.product(CALLS, ERRORS, IN_A_ROW):
        nth, disk = 0, FailingDisk(call, 0, number)
        while nth == 0 or disk.made[call] >= nth:
            nth += 1
            disk, found = run(call, nth, number, times=times)
            runs += 1
            lost += len(found.acknowledged - found.store.rows.keys())
            strangers += len(found.store.rows.keys() - found.sent)
            slowest = max(slowest, found.slowest_s)
    figure(
        test="T4", what="the n-th system call fails: EIO, ENOSPC, EINTR, EDQUOT",
        target=f">= {AT_LEAST:,} runs, 0 lost, no hang > {HANGS_AFTER_S:.0f} s",
        value=f"{runs:,} runs, {lost} lost, {strangers} never sent, longest step {slowest:.1f} s",
        ok=runs >= AT_LEAST and not lost and not strangers and slowest <= HANGS_AFTER_S,
    )  # fmt: skip
