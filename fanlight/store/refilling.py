"""Making a store again out of tables that were frozen once (`freezing.py`)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from fanlight.errors import StoreError
from fanlight.model.backup import StoredTable
from fanlight.store.connection import Connection
from fanlight.store.embedded import Embedded

Unpack = Callable[[StoredTable, Path], None]
"""Puts the parts of a table into a folder."""

_OPEN_S = 60


def refill(directory: Path, tables: Sequence[StoredTable], unpack: Unpack) -> str:
    """Make the tables in a new store at `directory`, with all their rows; the store's new epoch.

    It is another store from now on: what is inserted into it gets sequences that the first one may give to
    other items, so streams that were read there must not be resumed here.

    Raises StoreError when the engine refuses a part, or does not count the rows that were there.
    """
    backend = Embedded(directory, query_timeout_s=_OPEN_S)
    backend.open()
    try:
        for table in tables:
            _refill(backend.writer, table, unpack)
        return _rename(backend.writer)
    finally:
        backend.close()


def _refill(writer: Connection, table: StoredTable, unpack: Unpack) -> None:
    writer.run(table.create)
    if table.file is None:
        return
    detached = Path(_told(writer, table.name, "data_paths[1]")) / "detached"
    unpack(table, detached)
    for part in sorted((path.name for path in detached.iterdir()), key=_block):
        writer.run(f"ALTER TABLE {table.name} ATTACH PART '{part}'")
    rows = int(_told(writer, table.name, "total_rows"))
    if rows != table.rows:
        raise StoreError(f"{table.name} has {rows} rows, and {table.rows} were backed up")


def _told(writer: Connection, table: str, column: str) -> str:
    query = (
        f"SELECT {column} FROM system.tables WHERE database = currentDatabase() AND name = {{name:String}}"  # noqa: S608
    )
    return str(writer.rows(query, {"name": table})[0][0])


def _block(part: str) -> tuple[int, str]:
    """In the order in which rows came: of equal versions the last one that was attached holds.

    Example:
        >>> sorted(["20261121_9_9_0", "20261121_10_12_1", "20261120_11_11_0"], key=_block)
        ['20261121_9_9_0', '20261121_10_12_1', '20261120_11_11_0']
    """
    return int(part.split("_")[1]), part


def _rename(writer: Connection) -> str:
    epoch = secrets.token_hex(6)
    writer.run(f"ALTER TABLE schema_versions UPDATE epoch = '{epoch}' WHERE 1 SETTINGS mutations_sync = 1")
    return epoch
