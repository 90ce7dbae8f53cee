from __future__ import annotations

import multiprocessing
import stat
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from fanlight.catalog import migrations
from fanlight.catalog.database import FILE, Catalog, open_catalog
from fanlight.catalog.migrate import upgrade
from fanlight.catalog.projects import create_project, ensure_project, list_projects
from fanlight.catalog.tables import Base, ProjectRow
from fanlight.errors import ConfigError, SchemaTooNewError


def _schema(connection: Connection) -> dict[str, Any]:
    """Tables with their columns, keys and indexes; what has no name of its own is told by its columns."""
    found = inspect(connection)

    def columns_of(rows: list[Any]) -> list[tuple[Any, ...]]:
        return sorted((tuple(row.get("column_names", ())), bool(row.get("unique", True))) for row in rows)

    return {
        table: {
            "columns": sorted((c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(table)),
            "primary": found.get_pk_constraint(table)["constrained_columns"],
            "unique": columns_of(found.get_unique_constraints(table)),
            "indexes": columns_of(found.get_indexes(table)),
            "foreign": sorted(str(each["constrained_columns"]) for each in found.get_foreign_keys(table)),
        }
        for table in sorted(found.get_table_names())
    }


def test_the_migrations_make_the_tables_that_are_mapped_and_that_a_new_catalog_has(
    catalog: Catalog, tmp_path: Path
) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'migrated.sqlite'}")
    with engine.begin() as migrated, catalog.reading() as session:
        upgrade(migrated)
        context = MigrationContext.configure(migrated, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert _schema(migrated) == _schema(session.connection())
        version = text("SELECT version_num FROM alembic_version")
        assert migrated.execute(version).scalar() == session.execute(version).scalar()
    engine.dispose()


def test_head_is_the_newest_migration() -> None:
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert script.get_current_head() == migrations.HEAD


def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    first = open_catalog("", tmp_path)
    create_project(first, "a")
    first.close()
    second = open_catalog("", tmp_path)
    assert [project.name for project in list_projects(second)] == ["a"]
    second.close()


def test_a_catalog_of_a_newer_fanlight_is_left_alone(tmp_path: Path) -> None:
    open_catalog("", tmp_path).close()
    engine = create_engine(f"sqlite:///{tmp_path / FILE}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(SchemaTooNewError, match="the catalog has revision 9999"):
        open_catalog("", tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.parametrize("url", ["nonsense", "nodatabase://x", "sqlite:////proc/none/catalog.sqlite"])
def test_a_url_that_cannot_be_used_is_told(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="catalog"):
        open_catalog(url, tmp_path)


def test_a_password_in_the_url_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        open_catalog("nodatabase://user:hunter2@host/x", tmp_path)
    assert "hunter2" not in str(refused.value)


def test_the_data_directory_is_its_owners(tmp_path: Path) -> None:
    open_catalog("", tmp_path / "data").close()
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def _make_projects(folder: Path, names: list[str]) -> None:
    catalog = open_catalog("", folder)
    for name in names:
        ensure_project(catalog, name)
    catalog.close()


def test_two_processes_open_migrate_and_write_at_once(tmp_path: Path) -> None:
    names = [[f"p{n}" for n in range(40)], [f"p{n}" for n in range(20, 60)]]
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_make_projects, args=(tmp_path, each)) for each in names]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    catalog = open_catalog("", tmp_path)
    assert {project.name for project in list_projects(catalog)} == {f"p{n}" for n in range(60)}
    catalog.close()


def test_an_error_leaves_everything_as_it_was(catalog: Catalog) -> None:
    def write_and_fail() -> None:
        with catalog.writing() as session:
            session.add(ProjectRow(name="a", display_name="a", created_ns=1))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert list_projects(catalog) == []
