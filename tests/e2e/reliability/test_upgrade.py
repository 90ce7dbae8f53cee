"""Data of every earlier schema opens, and what ends an upgrade leaves the old schema or the new one."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from fanlight.catalog import migrations as catalog_migrations
from fanlight.catalog.database import FILE, open_catalog
from fanlight.catalog.projects import list_projects
from fanlight.config import load
from fanlight.errors import StoreError
from fanlight.store import migrate
from fanlight.store.embedded import Embedded
from fanlight.store.engine import open_store
from tests.figures import Tell

pytestmark = pytest.mark.timeout(900)

NEVER_BETWEEN = "old or new, never between"
STEPS = migrate.migrations()
REVISIONS = sorted(
    path.name[:4] for path in (Path(catalog_migrations.__file__).parent / "versions").glob("[0-9]*.py")
)
COLUMNS = (
    "SELECT table, name, type, default_expression FROM system.columns WHERE database = currentDatabase()"
    " ORDER BY ALL"
)
ROWS = """
INSERT INTO spans (project_id, trace_id, span_id, run_id, seq, received_at, effective_start, start_ns, end_ns,
    name, attributes, attribute_types, event_name, retention_days)
SELECT 'p', toFixedString(leftPad(toString(number), 16, '0'), 16), toFixedString('span0001', 8),
    toString(number), number, '2026-11-21 10:00:00', '2026-11-21 10:00:00', number, number + 1, 'chat',
    map('gen_ai.request.model', 'm'), [1], ['an event'], 0
FROM numbers(1000)
"""
DIGEST = (
    "SELECT count(), sum(cityHash64(project_id, trace_id, span_id, run_id, seq, start_ns, end_ns, name,"
    " attributes, attribute_types, event_name)) FROM spans"
)


def of_schema(place: Path, version: int) -> Path:
    """A store as the release with that schema left it."""
    directory = place / "store"
    backend = Embedded(directory, query_timeout_s=60)
    backend.open()
    migrate.migrate(backend.writer, [step for step in STEPS if step.version <= version])
    backend.writer.run(ROWS)
    backend.close()
    return directory


def look(directory: Path) -> tuple[int, list[Any], Any]:
    """Its schema, its columns, and what its rows say; without changing anything."""
    backend = Embedded(directory, query_timeout_s=60)
    backend._open()
    try:
        rows = backend.writer.rows
        return migrate.version(backend.writer), list(rows(COLUMNS)), rows(DIGEST)[0]
    finally:
        backend.close()


def opened(directory: Path) -> tuple[int, list[Any], Any]:
    """The same, once this release has opened it."""
    store = open_store(f"chdb://{directory}", directory.parent, load(environ={}, flags={"retention_days": 0}))
    store.open()
    store.close()
    return look(directory)


@pytest.mark.parametrize("version", [step.version for step in STEPS[:-1]])
def test_a_store_of_every_earlier_schema_opens_with_its_rows(tmp_path: Path, version: int) -> None:
    directory = of_schema(tmp_path, version)
    _, _, rows = look(directory)
    schema, _, kept = opened(directory)
    assert (schema, kept) == (STEPS[-1].version, rows)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store"]


def test_an_upgrade_that_fails_leaves_the_old_store_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = of_schema(tmp_path, STEPS[-1].version)
    before = look(directory)
    adding = "ALTER TABLE spans ADD COLUMN more UInt8"
    bad = migrate.Migration(
        version=STEPS[-1].version + 1, name="bad", statements=(adding, "ALTER TABLE nowhere DROP COLUMN x")
    )
    monkeypatch.setattr(migrate, "migrations", lambda: [*STEPS, bad])
    with pytest.raises(StoreError, match=r"_bad failed at its statement 2.*still serves the version before"):
        opened(directory)
    assert look(directory) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store"]


def test_a_disk_that_takes_no_copy_leaves_the_old_store_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = of_schema(tmp_path, STEPS[0].version)
    before = look(directory)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copy2", full)
    with pytest.raises(StoreError, match="nothing was changed; free some space"):
        opened(directory)
    monkeypatch.undo()
    assert look(directory) == before


_STORE_VICTIM = """
import os, signal, sys
from pathlib import Path
from fanlight.config import load
from fanlight.store import connection, upgrading
from fanlight.store.engine import open_store
place, left = Path(sys.argv[1]), int(sys.argv[2])
def counted(call):
    def counting(*arguments, **named):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **named)
    return counting
connection.Connection.run = counted(connection.Connection.run)
Path.rename = counted(Path.rename)
upgrading.shutil.rmtree = counted(upgrading.shutil.rmtree)
upgrading._copy = counted(upgrading._copy)
store = open_store(f"chdb://{place}", place.parent, load(environ={}, flags={"retention_days": 0}))
store.open()
print(left, flush=True)
"""
"""Every copy, statement and change of a name is a step; it ends itself at the one it is told."""


def run_victim(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_kill_9_in_the_upgrade_of_a_store_leaves_the_old_or_the_new(tmp_path: Path, seed: int) -> None:
    _kill_store_upgrades(tmp_path, random.Random(seed), kills=2)


@pytest.mark.slow
@pytest.mark.trust("T23")
def test_kill_9_20_times_in_the_upgrade_of_a_store(tmp_path: Path, seed: int, figure: Tell) -> None:
    told = _kill_store_upgrades(tmp_path, random.Random(seed), kills=20)
    figure(
        test="T23", what="kill -9 within the upgrade of a store, 20 times", target=NEVER_BETWEEN,
        value=f"{told['old']} old, {told['new']} new, {told['between']} between", ok=not told["between"],
    )  # fmt: skip


def _kill_store_upgrades(place: Path, dice: random.Random, *, kills: int) -> dict[str, int]:
    first = of_schema(place / "first", STEPS[0].version)
    old = look(first)
    shutil.copytree(first, place / "whole" / "store", symlinks=True)
    far = 1_000_000
    steps = far - int(run_victim(_STORE_VICTIM, place / "whole" / "store", far).stdout)
    new = look(place / "whole" / "store")
    assert (old[0], new[0], old[2]) == (STEPS[0].version, STEPS[-1].version, new[2])
    told = {"old": 0, "new": 0, "between": 0}
    # Spread over the whole of it; the last steps, where names change, always among them.
    chosen = sorted({dice.randrange(1, steps + 1) for _ in range(kills - 2)} | {steps - 1, steps - 2})
    for number, at in enumerate(
        [*chosen, *(dice.randrange(1, steps + 1) for _ in range(kills - len(chosen)))]
    ):
        directory = place / f"{number}" / "store"
        shutil.copytree(first, directory, symlinks=True)
        ended = run_victim(_STORE_VICTIM, directory, at)
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        # Whoever opens it next, of whichever release, sees one of the two.
        from fanlight.store.upgrading import recover

        recover(directory)
        found = look(directory)
        told["old" if found == old else "new" if found == new else "between"] += 1
        assert opened(directory) == new
        shutil.rmtree(directory.parent)
    assert told["between"] == 0, told
    return told


def catalog_of(place: Path, revision: str) -> Path:
    """A catalog as the release with that revision left it, with a project in it."""
    from alembic import command
    from alembic.config import Config

    place.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{place / FILE}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(catalog_migrations.__file__).parent))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        named = "INSERT INTO projects (name, display_name, created_ns) VALUES ('shop', 'Shop', 7)"
        connection.execute(text(named))
    engine.dispose()
    return place


def schema_of(place: Path) -> tuple[str, list[Any]]:
    with closing(sqlite3.connect(place / FILE)) as connection:
        revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        query = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
        return revision, connection.execute(query).fetchall()


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_catalog_of_every_earlier_revision_opens_with_what_it_held(tmp_path: Path, revision: str) -> None:
    catalog = open_catalog("", catalog_of(tmp_path, revision))
    held = [(each.name, each.display_name, each.created_ns) for each in list_projects(catalog)]
    catalog.close()
    assert held == [("shop", "Shop", 7)]
    assert schema_of(tmp_path)[0] == catalog_migrations.HEAD


_CATALOG_VICTIM = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from fanlight.catalog.database import open_catalog
left = int(sys.argv[2])
@event.listens_for(Engine, "before_cursor_execute")
def count(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
open_catalog("", Path(sys.argv[1])).close()
print(left, flush=True)
"""


def test_kill_9_in_the_upgrade_of_a_catalog_leaves_the_old_or_the_new(tmp_path: Path, seed: int) -> None:
    _kill_catalog_upgrades(tmp_path, random.Random(seed), kills=2)


@pytest.mark.slow
@pytest.mark.trust("T23")
def test_kill_9_20_times_in_the_upgrade_of_a_catalog(tmp_path: Path, seed: int, figure: Tell) -> None:
    told = _kill_catalog_upgrades(tmp_path, random.Random(seed), kills=20)
    figure(
        test="T23", what="kill -9 within the upgrade of a catalog, 20 times", target=NEVER_BETWEEN,
        value=f"{told['old']} old, {told['new']} new, {told['between']} between", ok=not told["between"],
    )  # fmt: skip


def _kill_catalog_upgrades(place: Path, dice: random.Random, *, kills: int) -> dict[str, int]:
    first, far = catalog_of(place / "first", REVISIONS[0]), 1_000_000
    old = schema_of(first)
    shutil.copytree(first, place / "whole")
    statements = far - int(run_victim(_CATALOG_VICTIM, place / "whole", far).stdout)
    new = schema_of(place / "whole")
    assert (old[0], new[0]) == (REVISIONS[0], catalog_migrations.HEAD)
    told = {"old": 0, "new": 0, "between": 0}
    for number in range(kills):
        data = place / f"{number}"
        shutil.copytree(first, data)
        at = statements if number == 0 else dice.randrange(1, statements + 1)
        ended = run_victim(_CATALOG_VICTIM, data, at)
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        found = schema_of(data)
        told["old" if found == old else "new" if found == new else "between"] += 1
        catalog = open_catalog("", data)
        assert [each.name for each in list_projects(catalog)] == ["shop"]
        catalog.close()
        assert schema_of(data) == new
    assert told["between"] == 0, told
    return told


def test_data_of_a_newer_release_is_refused_by_serve_with_what_to_do(tmp_path: Path) -> None:
    open_catalog("", tmp_path / "data").close()
    with closing(sqlite3.connect(tmp_path / "data" / FILE)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = (tmp_path / "data" / FILE).read_bytes()
    command = [str(Path(sys.executable).with_name("fanlight")), "serve", "--port", "0", "--data"]
    ended = subprocess.run(
        [*command, str(tmp_path / "data")], capture_output=True, text=True, timeout=120, check=False
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "the catalog has revision 9999" in ended.stderr
    assert "start the newer Fanlight again, or restore a backup from before it" in ended.stderr
    assert (tmp_path / "data" / FILE).read_bytes() == before
