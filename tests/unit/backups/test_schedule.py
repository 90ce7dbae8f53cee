"""A server backs itself up when its newest backup is old enough, whoever made that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from fanlight.clock import ManualClock
from fanlight.errors import ConflictError
from fanlight.ingest.backups.schedule import HOUR_NS, LOOK_EVERY_S, RETRY_S, Schedule
from fanlight.ingest.backups.shelf import Shelf
from fanlight.model.backup import Backup, BackupState

HOUR_S = 3_600


@dataclass
class Asked:
    """A shelf that counts what is asked of it; each backup is whole at once, unless it `fails`."""

    clock: ManualClock
    fails: bool = False
    is_busy: bool = False
    is_gone: bool = False
    made: dict[str, int] = field(default_factory=dict)
    asked: int = 0

    def cuts(self) -> Mapping[str, int]:
        if self.is_gone:
            raise OSError(116, "Stale file handle")
        return self.made

    def ask(self) -> Backup:
        if self.is_busy:
            raise ConflictError("backup b is being made")
        self.asked += 1
        if not self.fails:
            self.made[f"b{self.asked}"] = self.clock.now_ns()
        return Backup(
            name=f"b{self.asked}", state=BackupState.RUNNING, path="", cut_at="", bytes=0, done_bytes=0,
            rows=0, with_logins=False, fanlight="",
        )  # fmt: skip


@pytest.fixture
def shelf() -> Asked:
    return Asked(ManualClock())


def scheduled(shelf: Asked, every_h: int = 24) -> Schedule:
    return Schedule(cast("Shelf", cast("Any", shelf)), every_h, shelf.clock)


def live(shelf: Asked, schedule: Schedule, hours: float) -> None:
    """Time goes by, in steps of five minutes."""
    for _ in range(round(hours * 12)):
        schedule.step()
        shelf.clock.advance(HOUR_S / 12)


def test_one_is_made_at_once_and_then_one_a_day(shelf: Asked) -> None:
    schedule = scheduled(shelf)
    schedule.step()
    assert shelf.asked == 1
    live(shelf, schedule, 23.9)
    assert shelf.asked == 1
    live(shelf, schedule, 72)
    assert shelf.asked == 4


def test_without_the_setting_none_is_made_and_what_people_made_is_known(shelf: Asked) -> None:
    schedule = scheduled(shelf, every_h=0)
    live(shelf, schedule, 48)
    assert (shelf.asked, schedule.newest_ns) == (0, None)
    shelf.made |= {"old": 5 * HOUR_NS, "new": shelf.clock.now_ns()}
    live(shelf, schedule, 1)
    assert schedule.newest_ns == shelf.made["new"]


def test_a_backup_that_somebody_asked_for_counts(shelf: Asked) -> None:
    shelf.made["mine"] = shelf.clock.now_ns() - 20 * HOUR_NS
    schedule = scheduled(shelf)
    live(shelf, schedule, 3.9)
    assert shelf.asked == 0
    live(shelf, schedule, 1)
    assert shelf.asked == 1


def test_one_that_fails_is_asked_for_again_an_hour_later(shelf: Asked) -> None:
    shelf.fails = True
    schedule = scheduled(shelf)
    live(shelf, schedule, 3)
    assert shelf.asked == 3
    shelf.fails = False
    live(shelf, schedule, 10)
    assert shelf.asked == 4


def test_while_one_is_being_made_none_is_asked_for(shelf: Asked) -> None:
    shelf.is_busy = True
    schedule = scheduled(shelf)
    schedule.step()
    shelf.is_busy = False
    shelf.clock.advance(RETRY_S)
    schedule.step()
    assert shelf.asked == 1


def test_a_backup_from_ahead_of_the_clock_puts_none_off(shelf: Asked) -> None:
    shelf.made["ahead"] = shelf.clock.now_ns() + 365 * 24 * HOUR_NS
    schedule = scheduled(shelf)
    live(shelf, schedule, 30)
    assert shelf.asked == 2


def test_a_disk_of_backups_that_is_gone_is_said_and_looked_at_again(
    shelf: Asked, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.is_gone = True
    schedule = scheduled(shelf)
    schedule.step()
    assert "the backups cannot be looked at: [Errno 116] Stale file handle" in caplog.text
    shelf.is_gone = False
    shelf.clock.advance(LOOK_EVERY_S)
    schedule.step()
    assert shelf.asked == 1
