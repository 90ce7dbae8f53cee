"""The backups of a server: one at a time, stopped or failed without a trace, removed in time."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from fanlight.catalog import deletions
from fanlight.catalog.projects import create_project
from fanlight.errors import ConflictError, NotFoundError
from fanlight.ingest.backups import shelf
from fanlight.ingest.backups.cut import STAGE
from fanlight.ingest.backups.shelf import DAY_NS, Shelf
from fanlight.model.deletion import Erasure
from tests.unit.backups.conftest import WAIT_S, Place


def test_a_backup_is_listed_with_what_it_holds_and_until_when_it_is_kept(place: Place) -> None:
    made = place.made()
    assert (made.state, made.rows, made.error, made.with_logins) == ("complete", 3, None, False)
    assert made.done_bytes == made.bytes > 100
    assert place.shelf.everything() == [made]
    assert sorted(each.name for each in (place.folder / made.name).iterdir()) == [
        "catalog.sqlite", "log", "manifest.json", "manifest.sha256", "store",
    ]  # fmt: skip
    assert not (place.data / STAGE).exists()
    assert place.store.thawed == [made.name]


def test_two_within_a_second_have_names_of_their_own(place: Place) -> None:
    first, second = place.made(), place.made()
    assert second.name == f"{first.name}-2"
    assert [each.name for each in place.shelf.everything()] == [second.name, first.name]


def test_while_one_is_made_there_is_no_other_and_deleting_stops_it(place: Place) -> None:
    running = place.shelf.ask()
    assert place.shelf.everything() == [running]
    with pytest.raises(ConflictError, match=f"backup {running.name} is being made"):
        place.shelf.ask()
    place.shelf.remove(running.name)
    assert place.shelf.everything() == []
    place.shelf.step()
    assert not place.folder.exists()
    assert place.made().state == "complete"


def test_what_the_store_refuses_is_told_and_leaves_nothing(place: Place) -> None:
    place.store.refuses = True
    failed = place.made()
    assert (failed.state, failed.error) == ("failed", "the engine is short of memory")
    assert not (place.data / STAGE).exists()
    assert not place.folder.exists()
    place.store.refuses = False
    assert place.made().state == "complete"


def test_a_disk_without_room_refuses_before_anything_is_written(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    usage = shutil.disk_usage(place.data)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1_000))
    failed = place.made()
    assert failed.state == "failed"
    assert "1,000 free, and 67,108,864 of them are to stay so; remove old backups, or let" in failed.error
    assert list(place.folder.iterdir()) == []


def test_what_a_killed_process_left_is_cleared_by_the_next(place: Place) -> None:
    (place.data / STAGE / "20261121T184000Z").mkdir(parents=True)
    (place.folder / "20261121T184000Z.partial" / "store").mkdir(parents=True)
    place.shelf.step()
    assert not (place.data / STAGE).exists()
    assert [each.name for each in place.folder.iterdir()] == ["deletions.json"]
    assert place.store.thawed == ["20261121T184000Z"]


def test_backups_go_when_they_are_older_than_kept(place: Place) -> None:
    old = place.made().name
    place.clock.advance(29 * 86_400)
    young = place.made().name
    place.clock.advance(86_400 + 1)
    place.shelf.step()
    assert [each.name for each in place.shelf.everything()] == [young]
    assert old not in [each.name for each in place.folder.iterdir()]
    assert place.shelf.cuts() == {young: place.clock.now_ns() - DAY_NS - 10**9}


def test_one_that_cannot_be_read_says_so_and_can_be_removed(place: Place) -> None:
    name = place.made().name
    (place.folder / name / "manifest.sha256").write_text("0" * 64)
    (broken,) = place.shelf.everything()[:1]
    assert broken.state == "failed"
    assert "manifest.json is not what was written" in (broken.error or "")
    place.shelf.remove(name)
    with pytest.raises(NotFoundError):
        place.shelf.get(name)


@pytest.mark.parametrize("name", ["../data", "", ".", "20261121T184000Z/../../data", "x" * 300])
def test_what_is_no_name_of_a_backup_removes_nothing(place: Place, name: str) -> None:
    with pytest.raises(NotFoundError):
        place.shelf.remove(name)
    assert (place.data / "catalog.sqlite").exists()


def test_what_was_erased_stands_beside_the_backups_and_names_nobody(place: Place) -> None:
    create_project(place.catalog, "shop")
    asked = Erasure(project_id="shop", user="ann@example.org")
    row = deletions.ask(place.catalog, asked, by="bob", clock=place.clock)
    place.shelf.keep_deletions()
    (told,) = json.loads((place.folder / "deletions.json").read_text())
    assert (told["id"], told["project"], told["asked_ns"]) == (row.id, "shop", row.asked_ns)
    assert "ann" not in (place.folder / "deletions.json").read_text()
    assert json.loads(told["asked"])["user"].startswith("sha256:")


def test_a_shelf_that_is_closed_stops_what_is_made(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    entered, go = threading.Event(), threading.Event()
    original = place.shelf._write

    def slow(job: Any, cut: Any) -> None:
        entered.set()
        go.wait(WAIT_S)
        original(job, cut)

    monkeypatch.setattr(place.shelf, "_write", slow)
    name = place.shelf.ask().name
    place.shelf.step()
    assert entered.wait(WAIT_S)
    threading.Timer(0.05, go.set).start()
    place.shelf.close()
    assert place.shelf.get(name).error == "it was stopped"
    assert not (place.folder / name).exists()


def test_one_that_the_disk_does_not_let_go_of_is_not_said_to_be_gone(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import shutil

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    name = place.made().name
    monkeypatch.setattr(shutil, "rmtree", refuse)
    with pytest.raises(
        ConflictError, match=r"could not be removed \(Permission denied\); what it holds is still"
    ):
        place.shelf.remove(name)
    place.clock.advance(31 * 86_400)
    place.shelf.step()
    assert [each.name for each in place.shelf.everything()] == [name]
    assert ("could not be removed" in caplog.text, "; removed" in caplog.text) == (True, False)


def test_a_backup_leaves_the_disk_the_room_below_which_telemetry_is_refused(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    gib = 1024**3
    usage = shutil.disk_usage(place.data)._replace(total=100 * gib, free=2 * gib)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    place.shelf._stop_bytes = 3 * gib
    assert "3,221,225,472 of them are to stay so" in place.made().error
    place.shelf._stop_bytes = gib
    assert place.made().state == "complete"


def test_a_clock_that_leaps_ahead_removes_no_backup(place: Place) -> None:
    name = place.made().name
    place.clock.wall_ns += 365 * DAY_NS
    place.clock.advance(700)
    place.shelf.step()
    assert [each.name for each in place.shelf.everything()] == [name]


def test_a_disk_of_backups_that_is_gone_stops_no_writer(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stale(folder: Path) -> list[str]:
        raise OSError(116, "Stale file handle", str(folder))

    monkeypatch.setattr(shelf, "_names", stale)
    place.shelf.step()
    assert "the backups cannot be looked after: [Errno 116] Stale file handle" in caplog.text
    monkeypatch.undo()
    assert place.made().state == "complete"


def test_backups_are_kept_for_ever_where_no_days_are_set(place: Place) -> None:
    place.shelf._keep_days = 0
    made = place.made()
    place.clock.advance(10 * 365 * 86_400)
    place.shelf.step()
    assert (made.expires_at, place.shelf.everything()) == (None, [made])


def test_any_backup_of_several_can_be_removed_also_by_a_server_that_made_none(place: Place) -> None:
    first, second, third = place.made(), place.made(), place.made()
    assert place.shelf.remove(first.name) == first
    later = Shelf(place.folder, place.shelf.source, keep_days=30, clock=place.clock)
    assert later.remove(second.name) == second
    assert later.everything() == [third]


def test_one_that_does_not_end_at_once_is_not_said_to_be_gone(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    original = place.shelf._write

    def slow(job: Any, cut: Any) -> None:
        go.wait(WAIT_S)
        original(job, cut)

    monkeypatch.setattr(place.shelf, "_write", slow)
    monkeypatch.setattr(shelf, "JOIN_S", 0.01)
    name = place.shelf.ask().name
    place.shelf.step()
    with pytest.raises(ConflictError, match=f"backup {name} is still being written; ask again in a moment"):
        place.shelf.remove(name)
    go.set()
    assert place.end(name).error == "it was stopped"
    place.shelf.remove(name)
    assert place.shelf.everything() == []


def test_removing_one_that_ended_meanwhile_leaves_the_next_one_alone(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.store.refuses = True
    failed = place.made()
    place.store.refuses = False
    place.clock.advance(60)
    job = place.shelf._job
    assert job is not None
    monkeypatch.setattr(job.progress, "stop", place.shelf.ask)  # somebody asks in this very moment
    assert place.shelf.remove(failed.name) == failed
    [following] = place.shelf.everything()
    assert (following.state, following.name != failed.name) == ("running", True)
    place.shelf.step()
    assert place.end(following.name).state == "complete"
