"""Versioned migrations: `schema/NNNN_name.sql`, applied in order, each recorded when it is through.

Statements of a file are separated by a line that holds only `;`. An embedded store that holds something is
migrated beside itself (`upgrading.py`): it is the old one or the new one, never between. A ClickHouse server
has no transactions for them, so every statement can be repeated (`IF NOT EXISTS`, `IF EXISTS`): a migration
that fails half-way leaves a database that its old version still reads; starting again goes on where it ended.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Protocol

from fanlight.errors import SchemaTooNewError, StoreError
from fanlight.store.connection import forget_shapes

_FILE = re.compile(r"^(\d{4})_(\w+)\.sql$")

_VERSIONS = (
    "CREATE TABLE IF NOT EXISTS schema_versions"
    " (version UInt32, name String, epoch String DEFAULT lower(hex(randomString(6))),"
    " applied_at DateTime64(3, 'UTC') DEFAULT now64(3))"
    " ENGINE = MergeTree ORDER BY version"
)


class Connected(Protocol):
    """What migrating needs of a connection."""

    def run(self, sql: str) -> None: ...

    def rows(self, sql: str) -> Sequence[Sequence[Any]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step of the schema."""

    version: int
    name: str
    statements: tuple[str, ...]


def migrations(directory: Traversable | None = None) -> list[Migration]:
    """Every migration of this release, oldest first.

    Example:
        >>> migrations()[0].version
        1
    """
    place = directory or files("fanlight.store") / "schema"
    found = [
        Migration(version=int(match[1]), name=match[2], statements=split(entry.read_text()))
        for entry in place.iterdir()
        if (match := _FILE.match(entry.name))
    ]
    return sorted(found, key=lambda each: each.version)


def split(text: str) -> tuple[str, ...]:
    """The statements of a migration file.

    Example:
        >>> split("SELECT 1\\n;\\nSELECT 2\\n")
        ('SELECT 1', 'SELECT 2')
    """
    return tuple(part.strip() for part in re.split(r"^;\s*$", text, flags=re.MULTILINE) if part.strip())


def migrate(connection: Connected, steps: Sequence[Migration] | None = None) -> int:
    """Bring the database to this release's schema; the number of steps taken.

    Raises:
        SchemaTooNewError: a newer Fanlight wrote the database.
        StoreError: a step failed; what the steps before it made stays and is usable.
    """
    steps = migrations() if steps is None else steps
    connection.run(_VERSIONS)
    current = version(connection)
    newest = steps[-1].version
    if current > newest:
        raise SchemaTooNewError(
            f"the database has schema {current}, this Fanlight knows {newest}",
            hint="start the newer Fanlight that wrote it, or restore a backup made before",
        )
    waiting = [step for step in steps if step.version > current]
    for step in waiting:
        forget_shapes()  # before: a step that fails half way has changed something, too
        _apply(connection, step)
    return len(waiting)


def is_behind(connection: Connected) -> bool:
    """Whether an earlier release wrote the database. One that is new, or was never wholly made, is not."""
    connection.run(_VERSIONS)
    newest = migrations()[-1].version
    return 0 < version(connection) < newest


def version(connection: Connected) -> int:
    """The schema that the database has, 0 for none."""
    return int(connection.rows("SELECT max(version) FROM schema_versions")[0][0])


def epoch(connection: Connected) -> str:
    """The database's own name, made with it."""
    return str(connection.rows("SELECT epoch FROM schema_versions ORDER BY version LIMIT 1")[0][0])


def _apply(connection: Connected, step: Migration) -> None:
    for number, statement in enumerate(step.statements, start=1):
        try:
            connection.run(statement)
        except StoreError as error:
            raise StoreError(
                f"migration {step.version:04}_{step.name} failed at its statement {number}: {error.message}",
                retryable=error.retryable,
                hint="the database still serves the version before; mend the cause and start again",
            ) from error
    connection.run(f"INSERT INTO schema_versions (version, name) VALUES ({step.version}, '{step.name}')")  # noqa: S608
