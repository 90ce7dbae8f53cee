"""A data directory is made of a backup as a whole, or stays as it was. The engine is one that only notes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from fanlight.catalog import audit, deletions
from fanlight.catalog.database import open_catalog
from fanlight.catalog.noted import keep_noted, noted_upto
from fanlight.catalog.projects import create_project
from fanlight.catalog.tables import AuditRow
from fanlight.config import load
from fanlight.data_dir import LOCK, RESTORING, own
from fanlight.errors import ConflictError
from fanlight.ingest.backups import restoring
from fanlight.ingest.backups.folder import DamagedError
from fanlight.ingest.backups.restoring import Restored, restore
from fanlight.model.backup import StoredTable
from fanlight.model.deletion import DeletionState, Erased, Erasure
from fanlight.store.refilling import Unpack
from tests.unit.backups.conftest import Place

RUN_1, RUN_2, RUN_3 = (Erasure(project_id="shop", run=run) for run in ("r1", "r2", "r3"))


@dataclass
class Engine:
    """Unpacks tables where they are asked for, and notes what is asked of their store."""

    asked: list[object] = field(default_factory=list)
    pieces: int = 1

    def refill(self, directory: Path, tables: Sequence[StoredTable], unpack: Unpack) -> str:
        for table in tables:
            unpack(table, directory / table.name)
        return "e2"

    def open(self) -> None: ...

    def close(self) -> None: ...

    def check(self) -> None:
        self.asked.append("check")

    def erase(self, asked: Erasure) -> Erased:
        self.asked.append(asked)
        return Erased(rows={}, is_done=self.asked.count(asked) == self.pieces)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    engine = Engine()
    monkeypatch.setattr(restoring, "refill", engine.refill)
    monkeypatch.setattr(restoring, "open_store", lambda url, directory, config: engine)
    return engine


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "again"


def restored(place: Place, made: Any, target: Path, **options: Any) -> Restored:
    return restore(Path(made.path), target, load(environ={}), by="ann", clock=place.clock, **options)


def files_of(folder: Path) -> list[str]:
    return sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file())


@pytest.mark.parametrize("exists", [True, False])
def test_all_that_a_backup_holds_is_where_a_server_looks_for_it(
    place: Place, engine: Engine, target: Path, exists: bool
) -> None:
    (place.data / "agents" / "planner-1").mkdir(parents=True)
    (place.data / "agents" / "planner-1" / "main.py").write_text("print()")
    for name in ("plugin-registry.json", "server.key", "local.key"):
        (place.data / name).write_text(name)
    keep_noted(place.catalog, "e1", 7)
    made = place.made(with_logins=True)
    if exists:
        target.mkdir()
        (target / "fanlight.toml").touch()
    told = restored(place, made, target)
    assert (told.directory, told.manifest.name, told.rows, told.segments) == (target, made.name, 3, 0)
    assert files_of(target) == [
        "agents/planner-1/main.py", "catalog.sqlite", *(["fanlight.toml"] if exists else []), "local.key",
        "log/sequence", "plugin-registry.json", "server.key",
        "store/runs/all_1_1_0/count.txt", "store/runs/all_1_1_0/data.bin",
    ]  # fmt: skip
    assert ((target / "server.key").read_text(), (target / "server.key").stat().st_mode & 0o777) == (
        "server.key", 0o600
    )  # fmt: skip
    catalog = open_catalog("", target)
    assert (noted_upto(catalog, "e1"), noted_upto(catalog, "e2")) == (None, 7)
    catalog.close()


def test_that_it_was_restored_and_by_whom_stands_in_the_audit_log(
    place: Place, engine: Engine, target: Path
) -> None:
    audit.record(place.catalog, audit.Deed(actor="bob", action="key.created"), clock=place.clock)
    made = place.made()
    assert restored(place, made, target).audit_entries == 1
    catalog = open_catalog("", target)
    newest, oldest = (entry.deed for entry in audit.list_entries(catalog))
    catalog.close()
    detail = {"backup": made.name, "cut_seq": 0, "erased_again": 0}
    assert newest == audit.Deed(actor="ann", action="backup.restored", target=made.name, detail=detail)
    assert oldest == audit.Deed(actor="bob", action="key.created", detail={})


@pytest.mark.parametrize(("thoroughly", "asked"), [(True, ["check"]), (False, [])])
def test_every_row_is_read_back_when_that_is_asked_for(
    place: Place, engine: Engine, target: Path, thoroughly: bool, asked: list[str]
) -> None:
    restored(place, place.made(), target, thoroughly=thoroughly)
    assert engine.asked == asked


def test_what_was_not_gone_when_it_was_made_is_erased_again_to_the_end(
    place: Place, engine: Engine, target: Path
) -> None:
    create_project(place.catalog, "shop")
    ask = partial(deletions.ask, place.catalog, by="bob", clock=place.clock)
    waiting, gone = ask(RUN_1), ask(RUN_2)
    deletions.note(place.catalog, gone, DeletionState.GONE, removed={}, now_ns=place.clock.now_ns())
    made = place.made()
    place.clock.advance(60)
    later = ask(RUN_3)
    create_project(place.catalog, "attic")
    ask(Erasure(project_id="attic", run="r4"))  # of a project that the backup does not know
    place.shelf.keep_deletions()
    engine.pieces = 3
    told = restored(place, made, target)
    assert (told.erased_again, told.knows_deletions) == ((waiting.id, later.id), True)
    assert engine.asked == [RUN_1] * 3 + [RUN_3] * 3


def test_a_backup_beside_which_no_deletions_stand_erases_nothing_and_says_so(
    place: Place, engine: Engine, target: Path
) -> None:
    made = place.made()
    (place.folder / "deletions.json").unlink(missing_ok=True)
    told = restored(place, made, target)
    assert (told.erased_again, told.knows_deletions, engine.asked) == ((), False, [])
    given = target.with_name("given.json")
    given.write_text(json.dumps([]))
    assert restored(place, made, target.with_name("third"), erased=given).knows_deletions


@pytest.mark.parametrize("exists", [True, False])
def test_a_backup_whose_audit_log_was_changed_is_refused_and_leaves_nothing(
    place: Place, engine: Engine, target: Path, exists: bool
) -> None:
    for actor in ("ann", "bob"):
        audit.record(place.catalog, audit.Deed(actor=actor, action="key.created"), clock=place.clock)
    with place.catalog.writing() as session:
        session.execute(update(AuditRow).where(AuditRow.seq == 2).values(actor="eve"))
    made = place.made()
    if exists:
        target.mkdir()
    with pytest.raises(DamagedError, match="the audit log is broken at entry 2; use another backup"):
        restored(place, made, target)
    assert (target.exists(), files_of(target)) == (exists, [])


def test_nothing_is_written_over_or_into_a_file(place: Place, engine: Engine, target: Path) -> None:
    made = place.made()
    target.write_text("mine")
    with pytest.raises(ConflictError, match="again is a file; name a new --data"):
        restored(place, made, target)
    assert target.read_text() == "mine"


def test_what_came_into_the_directory_meanwhile_stays_and_is_told_of(
    place: Place, engine: Engine, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refill(directory: Path, tables: Sequence[StoredTable], unpack: Unpack) -> str:
        (target / "theirs").touch()
        return engine.refill(directory, tables, unpack)

    monkeypatch.setattr(restoring, "refill", refill)
    with pytest.raises(ConflictError, match="again is not empty; name a new --data; nothing is overwritten"):
        restored(place, place.made(), target)
    assert files_of(target) == ["theirs"]


def test_what_a_restoring_that_was_broken_off_left_is_cleared(
    place: Place, engine: Engine, target: Path
) -> None:
    (target / RESTORING / "store").mkdir(parents=True)
    (target / RESTORING / "store" / "half").touch()
    (target / RESTORING / LOCK).write_text("1")
    restored(place, place.made(), target)
    assert files_of(target) == [
        "catalog.sqlite", "log/sequence",
        "store/runs/all_1_1_0/count.txt", "store/runs/all_1_1_0/data.bin",
    ]  # fmt: skip
    assert not (target / RESTORING).exists()


def test_a_directory_that_another_process_restores_into_is_left_to_it(
    place: Place, engine: Engine, target: Path
) -> None:
    made = place.made()
    with own(target / RESTORING):
        with pytest.raises(ConflictError, match=r"another process \(\d+\) has .*/again/\.restoring"):
            restored(place, made, target)
        assert files_of(target) == [f"{RESTORING}/{LOCK}"]
