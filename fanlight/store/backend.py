"""Where the engine runs: embedded in this process, or as a server.

Either way a *writer* and a pool of *readers* reach the tables, and a *decoder*, always an embedded engine of
this process, turns segments into rows. Embedded, writer and decoder are one connection, and rows move by
`INSERT ... SELECT`; with a server they move as Native blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from fanlight.store.connection import Connection, Pool

READERS = 3


class Backend(Protocol):
    """The connections of one store, and the ways of rows between decoder and writer."""

    writer: Connection
    decoder: Connection
    readers: Pool

    @property
    def directory(self) -> Path | None:
        """Where the engine's files are; None when they are another server's."""
        ...

    @property
    def database(self) -> str:
        """What the engine calls the database."""
        ...

    def open(self) -> None:
        """Connect. Raises StoreError."""
        ...

    def upgrade(self, migrate: Callable[[Connection], object]) -> None:
        """Run migrations over a store that holds something: wholly, or not at all where that can be had.

        Raises what `migrate` raises; the store is as it was then, or still serves the version before.
        """
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...

    def send(self, select: str, name: str, *, shape: str = "") -> None:
        """Make what `select` gives at the decoder the temporary table `name` of the writer.

        `shape` tells apart what one text gives: its columns have other types for another signal.
        """
        ...

    def fetch(self, select: str, name: str) -> None:
        """Make what `select` gives at the writer the temporary table `name` of the decoder."""
        ...

    def store(
        self,
        select: str,
        table: str,
        columns: Sequence[str],
        *,
        settings: Mapping[str, Any],
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        """Insert what `select` gives at the decoder into `table`, as one block."""
        ...


def settings_clause(settings: Mapping[str, Any]) -> str:
    """`SETTINGS a = 1, b = 'x'`; names and values are of our own making."""
    pairs = (
        f"{name} = {value!r}" if isinstance(value, str) else f"{name} = {value}"
        for name, value in settings.items()
    )
    return f"SETTINGS {', '.join(pairs)}"
