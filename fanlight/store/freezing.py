"""A copy of every table as it is at one moment, made of links: the engine's FREEZE.

The engine never changes a file of a part, so a second name for each is a copy that costs no space and takes
milliseconds. Frozen by the writer's thread between two generations, all tables are of the same moment. What
is frozen is copied at leisure, and then thawed: its names are removed.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fanlight.errors import ConfigError, StoreError
from fanlight.store.backend import Backend
from fanlight.store.connection import Connection

_COUNT = "count.txt"
"""In every part: how many rows it has."""

_TABLES = """
SELECT name, engine, create_table_query, data_paths
FROM system.tables WHERE database = currentDatabase() AND NOT is_temporary
ORDER BY engine = 'MaterializedView', name
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenTable:
    """A table or view as it was. `parts` are folders that hold its rows; a view has none."""

    name: str
    create: str
    parts: tuple[Path, ...]

    @property
    def rows(self) -> int:
        """Rows of all parts."""
        return sum(int((part / _COUNT).read_text()) for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """All tables of one moment, tables before the views that read them."""

    tables: tuple[FrozenTable, ...]


def freeze(backend: Backend, name: str) -> Frozen:
    """Freeze every table under `name`. By the writer's thread alone.

    Raises:
        ConfigError: the tables are those of a ClickHouse server, whose files are its own.
        StoreError: the engine refused.
    """
    root = _root(backend)
    return Frozen(tables=tuple(_tables(backend.writer, root, name)))


def thaw(backend: Backend, name: str) -> None:
    """Remove what was frozen under `name`, if it is there."""
    shutil.rmtree(_root(backend) / "shadow" / name, ignore_errors=True)


def check(writer: Connection) -> None:
    """Read every part of every table and compare it with its checksums. Raises StoreError."""
    for table, engine, *_ in writer.rows(_TABLES):
        if "MergeTree" not in engine:
            continue
        for line in writer.raw(f"CHECK TABLE {table}", fmt="JSONCompactEachRow").splitlines():
            part, is_whole, message = json.loads(line)
            if not is_whole:
                raise StoreError(f"part {part} of {table} is damaged: {message}")


def _root(backend: Backend) -> Path:
    if backend.directory is None:
        raise ConfigError(
            "the telemetry is in a ClickHouse server, which backs its files up itself",
            hint=f"run there: BACKUP DATABASE {backend.database} TO Disk('backups', 'fanlight.zip')",
        )
    return backend.directory


def _tables(writer: Connection, root: Path, name: str) -> Iterator[FrozenTable]:
    for table, engine, create, places in writer.rows(_TABLES):
        parts: list[Path] = []
        if "MergeTree" in engine:
            writer.run(f"ALTER TABLE {table} FREEZE WITH NAME '{name}'")
            parts = [part for place in places for part in _parts(root, Path(place), name)]
        yield FrozenTable(name=str(table), create=str(create), parts=tuple(parts))


def _parts(root: Path, place: Path, name: str) -> list[Path]:
    """The engine keeps a frozen table at its own path below `shadow/NAME`; one without rows is not there."""
    own = place if place.is_absolute() else root / place
    frozen = root / "shadow" / name / own.resolve().relative_to(root.resolve())
    return sorted(path for path in frozen.iterdir() if path.is_dir()) if frozen.is_dir() else []
