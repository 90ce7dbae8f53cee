"""When telemetry is refused for want of room on the disk, and when it is taken again."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from fanlight.clock import ManualClock
from fanlight.errors import DiskFullError
from fanlight.ingest.headroom import Headroom, Room
from fanlight.model.disk import DiskRoom, DiskState

DATA, STORE = Path("/data"), Path("/store")


class Disks:
    """File systems whose fill level a test sets."""

    def __init__(self) -> None:
        self.rooms: dict[Path, Room | OSError] = {DATA: Room(900, 1_000)}
        self.clock = ManualClock()
        self.looks = 0

    def measure(self, place: Path) -> Room:
        self.looks += 1
        found = self.rooms[place]
        if isinstance(found, OSError):
            raise found
        return found

    def headroom(self, *, low: int = 200, stop: int = 100) -> Headroom:
        return Headroom(
            list(self.rooms), low_bytes=low, stop_bytes=stop, clock=self.clock, measure=self.measure
        )

    def states(self, headroom: Headroom, *free: int) -> list[str]:
        """What is told as the free bytes change, a second after each."""
        told = []
        for count in free:
            self.rooms[DATA] = Room(count, 1_000)
            self.clock.advance(1)
            told.append(headroom.state().state.value)
        return told


@pytest.fixture
def disks() -> Disks:
    return Disks()


def test_it_refuses_below_the_bound_and_takes_again_a_tenth_above_it(disks: Disks) -> None:
    headroom = disks.headroom()
    assert disks.states(headroom, 200, 199, 100, 99, 100, 109, 110, 200) == [
        "ok", "low", "low", "full", "full", "full", "low", "ok",
    ]  # fmt: skip


def test_each_change_is_logged_once(disks: Disks, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    disks.states(disks.headroom(), 900, 150, 140, 50, 40, 30, 150, 900, 900)
    assert [(record.levelname, record.message.partition(":")[0]) for record in caplog.records] == [
        ("WARNING", "the disk runs out"),
        ("ERROR", "the disk is nearly full"),
        ("WARNING", "the disk runs out"),
        ("INFO", "the disk has room again"),
    ]


def test_the_disk_is_looked_at_once_a_second_however_much_comes_in(disks: Disks) -> None:
    headroom = disks.headroom()
    for _ in range(1_000):
        headroom.check()
    assert disks.looks == 1


def test_a_small_disk_keeps_a_quarter_free(disks: Disks) -> None:
    headroom = disks.headroom(low=1 << 40, stop=1 << 40)
    assert headroom.state() == DiskRoom(state=DiskState.OK, low_bytes=500, stop_bytes=250, free_bytes=900)
    assert disks.states(headroom, 499, 249) == ["low", "full"]


def test_the_disk_that_is_nearest_to_its_end_counts(disks: Disks) -> None:
    disks.rooms[STORE] = Room(90, 100_000)
    with pytest.raises(DiskFullError, match="90 bytes left, and 100 are kept free"):
        disks.headroom().check()


def test_without_a_bound_nothing_is_refused(disks: Disks) -> None:
    headroom = disks.headroom(stop=0)
    assert disks.states(headroom, 1, 0) == ["low", "low"]
    headroom.check()


def test_a_disk_that_cannot_be_looked_at_refuses_nothing(disks: Disks) -> None:
    disks.rooms[DATA] = OSError(5, "Input/output error")
    headroom = disks.headroom()
    headroom.check()
    assert headroom.state().state is DiskState.OK
