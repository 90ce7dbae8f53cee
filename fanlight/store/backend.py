"""Where the engine runs: embedded in this process, or as a server.

Either way one *writer* and a pool of *readers* reach the tables, and a *decoder*, always an embedded engine
of this process, turns segments into rows. Embedded, writer and decoder are the same connection.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from clickhouse_connect import get_client

from fanlight.store.connection import Connection, Pool

READERS = 3

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


class Backend(Protocol):
    """The connections of one store."""

    writer: Connection
    decoder: Connection
    readers: Pool

    def open(self) -> None: ...

    def close(self) -> None: ...


class Embedded:
    """chDB on a directory of this machine; one process a directory."""

    writer: Connection
    decoder: Connection

    def __init__(self, path: Path, *, query_timeout_s: int) -> None:
        self._path = path
        self._timeout_s = query_timeout_s

    def open(self) -> None:
        self._path.mkdir(parents=True, exist_ok=True)
        # chDB would read ./config.xml and a per-user one: it is always given its own.
        (self._path / "engine.xml").write_text(_CONFIG)
        self.writer = self.decoder = self._connect({"max_threads": 1, "max_insert_threads": 1})
        self.readers = Pool(self._reader, READERS)

    def close(self) -> None:
        self.readers.close()
        self.writer.close()

    def _reader(self) -> Connection:
        return self._connect({"max_execution_time": self._timeout_s, "readonly": 2, "max_threads": 2})

    def _connect(self, settings: dict[str, object]) -> Connection:
        client = get_client(
            dsn=f"chdb://{self._path}",
            chdb_options={"config-file": str(self._path / "engine.xml")},
            settings=settings,
        )
        return Connection(client)
