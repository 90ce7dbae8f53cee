"""Taking rows out of tables for good, a partition at a time.

The engine writes a partition without the rows and removes the old files a moment later. Both happen wholly or
not at all, so that a removal can end at any moment and be begun again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fanlight.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """The rows of `table` for which `condition` holds, with its parameters."""

    table: str
    condition: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of a removal that lies in one partition, and how many rows that are."""

    removal: Removal
    partition: str
    rows: int


def pieces_of(connection: Connection, removals: Iterable[Removal]) -> Iterator[Piece]:
    """What there is to do for `removals`, in their order. Raises StoreError."""
    for removal in removals:
        found = connection.rows(
            f"SELECT _partition_id, count() FROM {removal.table} WHERE {removal.condition}"  # noqa: S608
            " GROUP BY 1 ORDER BY 1",
            removal.parameters,
        )
        for partition, rows in found:
            yield Piece(removal, str(partition), int(rows))


def remove(connection: Connection, piece: Piece) -> None:
    """Take the rows of a piece out: once this returns nobody can read them. Raises StoreError."""
    connection.run(
        f"ALTER TABLE {piece.removal.table} DELETE IN PARTITION ID '{piece.partition}'"
        f" WHERE {piece.removal.condition} SETTINGS mutations_sync = 1",
        piece.removal.parameters,
    )


def old_parts(connection: Connection, tables: Iterable[str]) -> frozenset[str]:
    """The files that hold removed rows still, and go by themselves within a minute."""
    found = connection.rows(
        "SELECT concat(table, '/', name) FROM system.parts"
        " WHERE database = currentDatabase() AND NOT active AND table IN {tables:Array(String)}",
        {"tables": list(tables)},
    )
    return frozenset(str(name) for (name,) in found)
