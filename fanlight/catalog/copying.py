"""A copy of the catalog as it is at one moment, and what of it is nobody else's business."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from fanlight.catalog.database import Catalog
from fanlight.errors import ConfigError

LOGINS = ("keys", "logins", "one_time", "agent_variables", "project_secrets")
"""Tables of what opens doors: hashes of keys and of sign-ins, sealed values."""


def copy_catalog(catalog: Catalog, target: Path) -> None:
    """Write the catalog, as it is now, into the new file `target`, by SQLite's own online backup.

    Raises ConfigError when the catalog is another database's to back up.
    """
    if catalog.dialect != "sqlite":
        raise ConfigError(
            f"the catalog is in {catalog.dialect}, which backs its databases up itself",
            hint="run there: pg_dump --format=custom --file=fanlight-catalog.dump DATABASE",
        )
    with contextlib.closing(sqlite3.connect(target)) as copy, catalog.driver_connection() as source:
        source.backup(copy)
        # One file, without a journal beside it.
        copy.execute("PRAGMA journal_mode=DELETE").close()
    target.chmod(0o600)


def forget_logins(file: Path) -> None:
    """Take out of a copy whatever lets somebody in, so that no byte of it is left in the file."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as copy:
        copy.execute("PRAGMA secure_delete=ON").close()
        for table in LOGINS:
            copy.execute(f"DELETE FROM {table}").close()  # noqa: S608 - names of this module
        copy.execute("UPDATE people SET password = NULL").close()
        copy.execute("VACUUM").close()


def revision_of(file: Path) -> str:
    """The schema of a copy."""
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
        return str(copy.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def rename_store(file: Path, epoch: str, new: str) -> None:
    """Tell a copy that the store it belongs to is called `new` from now on."""
    with contextlib.closing(sqlite3.connect(file)) as copy, copy:
        copy.execute("UPDATE noted SET epoch = ? WHERE epoch = ?", (new, epoch)).close()
