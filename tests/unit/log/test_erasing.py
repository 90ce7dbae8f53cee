"""A deletion is done at once, again for what was on its way, and over when no file holds it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from fanlight.catalog import deletions
from fanlight.catalog.database import Catalog, open_catalog
from fanlight.catalog.projects import create_project
from fanlight.clock import ManualClock
from fanlight.errors import InvalidError, NotFoundError, StoreError
from fanlight.ingest.erasing import AGAIN_S, LOOK_EVERY_S, Eraser
from fanlight.model.deletion import Erased, Erasure

ANN = Erasure(project_id="p", user="ann")


class Files:
    """A store that erases what it is told to, and whose old files go after so many looks.

    A mapping in `erased` is all that there was to take.
    """

    def __init__(self, *erased: Mapping[str, int] | Erased | StoreError, looks: int = 2) -> None:
        self._erased = list(erased)
        self._looks = looks
        self.asked: list[Erasure] = []

    def erase(self, asked: Erasure) -> Erased:
        self.asked.append(asked)
        found = self._erased.pop(0) if self._erased else {}
        if isinstance(found, StoreError):
            raise found
        return found if isinstance(found, Erased) else Erased(found, is_done=True)

    def old_parts(self) -> frozenset[str]:
        self._looks -= 1
        return frozenset({"spans/old"} if self._looks > 0 else ())


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    found = open_catalog("", tmp_path)
    create_project(found, "p")
    yield found
    found.close()


def seen(catalog: Catalog) -> list[tuple[str, dict[str, int]]]:
    return [(row.state, json.loads(row.removed)) for row in deletions.list_deletions(catalog, "p")]


def test_it_is_erased_at_once_and_again_until_nothing_turns_up_and_no_file_is_left(catalog: Catalog) -> None:
    clock = ManualClock()
    store = Files({"spans": 2}, {"spans": 1}, looks=4)
    eraser = Eraser(store, catalog, clock)
    deletions.ask(catalog, ANN, by="owner", clock=clock)
    eraser.wake()
    states = []
    for _ in range(6):
        eraser.step()
        states += [state for state, _ in seen(catalog)]
        clock.advance(AGAIN_S)
    assert states == ["unreadable", "unreadable", "unreadable", "unreadable", "gone", "gone"]
    assert seen(catalog) == [("gone", {"spans": 3})]
    assert store.asked == [ANN] * 3


def test_a_large_one_goes_on_piece_by_piece_and_is_readable_until_the_last(catalog: Catalog) -> None:
    clock = ManualClock()
    store = Files(Erased({"spans": 5}, is_done=False), Erased({"spans": 5}, is_done=False), {"runs": 1})
    eraser = Eraser(store, catalog, clock)
    deletions.ask(catalog, ANN, by="owner", clock=clock)
    states = []
    for _ in range(3):  # without a wait between
        eraser.step()
        states += seen(catalog)
    assert states == [
        ("waiting", {"spans": 5}),
        ("waiting", {"spans": 10}),
        ("unreadable", {"spans": 10, "runs": 1}),
    ]


def test_when_it_is_done_the_report_names_nobody(catalog: Catalog, tmp_path: Path) -> None:
    clock = ManualClock()
    eraser = Eraser(Files(looks=0), catalog, clock)
    canary = "ann-4711@example.org"
    asked = deletions.ask(catalog, Erasure(project_id="p", user=canary), by="owner", clock=clock)
    for _ in range(3):
        eraser.step()
        clock.advance(AGAIN_S)
    done = deletions.get_deletion(catalog, "p", asked.id)
    assert (done.state, json.loads(done.asked)["user"][:7]) == ("gone", "sha256:")
    assert canary not in done.asked


def test_what_was_not_done_is_found_again_by_the_next_process(catalog: Catalog) -> None:
    clock = ManualClock()
    deletions.ask(catalog, ANN, by="owner", clock=clock)
    Eraser(Files({"spans": 2}), catalog, clock).step()
    store = Files(looks=0)
    eraser = Eraser(store, catalog, clock)
    eraser.step()
    assert (store.asked, seen(catalog)) == ([ANN], [("gone", {"spans": 2})])


def test_a_busy_store_is_asked_again_and_one_that_refuses_is_told_of(catalog: Catalog) -> None:
    clock = ManualClock()
    errors = (StoreError("busy", retryable=True), StoreError("no such column", retryable=False))
    eraser = Eraser(Files(*errors), catalog, clock)
    asked = deletions.ask(catalog, ANN, by="owner", clock=clock)
    eraser.step()
    assert seen(catalog) == [("waiting", {})]
    clock.advance(LOOK_EVERY_S)
    eraser.step()
    assert deletions.get_deletion(catalog, "p", asked.id).error == "no such column"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (Erasure(project_id="p"), InvalidError),
        (Erasure(project_id="p", run="r", user="ann"), InvalidError),
        (Erasure(project_id="nobody", user="ann"), NotFoundError),
    ],
)
def test_what_names_nothing_or_too_much_is_refused(catalog: Catalog, asked: Any, error: Any) -> None:
    with pytest.raises(error):
        deletions.ask(catalog, asked, by="owner")


def test_it_is_gone_only_when_the_catalogs_journal_has_no_name_any_more(
    catalog: Catalog, tmp_path: Path
) -> None:
    clock, name = ManualClock(), "ann-4711@example.org"
    eraser = Eraser(Files(looks=1), catalog, clock)
    deletions.ask(catalog, Erasure(project_id="p", user=name), by="owner", clock=clock)
    with catalog.reading() as session:
        session.execute(text("SELECT count(*) FROM deletions")).one()  # and holds what was there then
        for _ in range(4):
            eraser.step()
            clock.advance(LOOK_EVERY_S)
        assert seen(catalog) == [("unreadable", {})]
    for _ in range(4):
        eraser.step()
        clock.advance(LOOK_EVERY_S)
    assert seen(catalog) == [("gone", {})]
    assert not [file.name for file in tmp_path.iterdir() if name.encode() in file.read_bytes()]
