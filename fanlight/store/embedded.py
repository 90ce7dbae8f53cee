"""chDB: the engine in this process, on a directory of this machine. One process a directory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from clickhouse_connect import get_client
from clickhouse_connect.driver.exceptions import ClickHouseError

from fanlight.errors import StoreError
from fanlight.store.backend import READERS, settings_clause
from fanlight.store.connection import Connection, Pool
from fanlight.store.upgrading import clone, recover, replace

_CONFIG = """<clickhouse>
  <!-- Written by Fanlight at each start. Caches and pools are small: the engine lives inside the server. -->
  <max_server_memory_usage>450000000</max_server_memory_usage>
  <mark_cache_size>33554432</mark_cache_size>
  <primary_index_cache_size>16777216</primary_index_cache_size>
  <index_mark_cache_size>16777216</index_mark_cache_size>
  <text_index_tokens_cache_size>16777216</text_index_tokens_cache_size>
  <text_index_header_cache_size>16777216</text_index_header_cache_size>
  <text_index_postings_cache_size>16777216</text_index_postings_cache_size>
  <query_condition_cache_size>4194304</query_condition_cache_size>
  <compiled_expression_cache_size>8388608</compiled_expression_cache_size>
  <background_pool_size>2</background_pool_size>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <background_common_pool_size>1</background_common_pool_size>
</clickhouse>
"""

MEMORY = ":memory:"

_TABLES = """
SELECT name, toString(uuid), (SELECT count() FROM system.detached_parts WHERE table = name)
FROM system.tables WHERE database = currentDatabase() ORDER BY name
"""
"""What a copy of a store has in common with it, were any of its files missing or broken no more."""


def connect(place: str, config_file: Path, settings: Mapping[str, Any]) -> Connection:
    """A connection to the embedded engine at `place`, a directory or MEMORY.

    Raises StoreError when another process has the directory.
    """
    # chDB would read ./config.xml and a per-user one: it is always given its own.
    config_file.write_text(_CONFIG)
    try:
        client = get_client(
            dsn=f"chdb://{place}", chdb_options={"config-file": str(config_file)}, settings=dict(settings)
        )
    except ClickHouseError as error:
        raise StoreError(
            f"the store in {place} cannot be opened: {error}",
            hint="only one process can have it open; stop the other Fanlight first",
        ) from error
    return Connection(client)


class Embedded:
    """The backend of `chdb:///path`."""

    writer: Connection
    decoder: Connection
    readers: Pool

    def __init__(self, path: Path, *, query_timeout_s: int) -> None:
        self._path = path
        self._timeout_s = query_timeout_s

    @property
    def directory(self) -> Path:
        return self._path

    @property
    def database(self) -> str:
        return "default"

    def open(self) -> None:
        recover(self._path)
        self._open()

    def _open(self) -> None:
        self._path.mkdir(parents=True, exist_ok=True)
        self.writer = self.decoder = self._connect({"max_threads": 1, "max_insert_threads": 1})
        self.readers = Pool(lambda: self._connect(reader_settings(self._timeout_s)), READERS)

    def upgrade(self, migrate: Callable[[Connection], object]) -> None:
        tables = self.writer.rows(_TABLES)
        # The engine holds one directory at a time.
        self.close()
        draft = Embedded(clone(self._path), query_timeout_s=self._timeout_s)
        try:
            draft._open()
            try:
                if draft.writer.rows(_TABLES) != tables:
                    raise StoreError(
                        "the store's copy for its upgrade is not whole", hint="nothing was changed"
                    )
                migrate(draft.writer)
            finally:
                draft.close()
            replace(self._path)
        finally:
            self.open()

    def close(self) -> None:
        self.readers.close()
        self.writer.close()

    def send(self, select: str, name: str, *, shape: str = "") -> None:
        self.writer.keep(name, select, shape=shape)

    def fetch(self, select: str, name: str) -> None:
        self.writer.keep(name, select)

    def store(
        self,
        select: str,
        table: str,
        columns: Sequence[str],
        *,
        settings: Mapping[str, Any],
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        into = f"INSERT INTO {table} ({', '.join(columns)}) {settings_clause(settings)}"
        self.writer.run(f"{into} {select}", parameters)

    def _connect(self, settings: Mapping[str, Any]) -> Connection:
        return connect(str(self._path), self._path / "engine.xml", settings)


def reader_settings(timeout_s: int) -> dict[str, Any]:
    """Settings of whoever only asks."""
    return {
        "max_execution_time": timeout_s,
        "max_threads": 2,
        # The index over `search` is found by its whole expression, which this rewrite would take apart.
        "optimize_functions_to_subcolumns": 0,
    }
