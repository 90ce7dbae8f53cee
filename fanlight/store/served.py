"""ClickHouse as a server. An embedded engine in memory decodes; its blocks go over by clickhouse-connect."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from clickhouse_connect import get_client
from clickhouse_connect.driver.exceptions import ClickHouseError

from fanlight.errors import StoreError
from fanlight.store.backend import READERS
from fanlight.store.connection import Connection, Pool
from fanlight.store.embedded import MEMORY, connect, reader_settings


class Served:
    """The backend of `clickhouse://user:secret@host:8123/database`."""

    writer: Connection
    decoder: Connection
    readers: Pool

    def __init__(self, url: str, directory: Path, *, query_timeout_s: int) -> None:
        self._url = url
        self._directory = directory
        self._timeout_s = query_timeout_s

    @property
    def directory(self) -> None:
        return None

    @property
    def database(self) -> str:
        return urlsplit(self._url).path.strip("/") or "default"

    def open(self) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        self.writer = self._connect({"max_threads": 1})
        self.decoder = connect(MEMORY, self._directory / "decoder.xml", {"max_threads": 1})
        self.readers = Pool(lambda: self._connect(reader_settings(self._timeout_s)), READERS)

    def upgrade(self, migrate: Callable[[Connection], object]) -> None:
        # Another server's files cannot be cloned. Every statement can be repeated.
        migrate(self.writer)

    def close(self) -> None:
        self.readers.close()
        self.decoder.close()
        self.writer.close()

    def send(self, select: str, name: str, *, shape: str = "") -> None:
        _move(self.decoder, select, self.writer, name)

    def fetch(self, select: str, name: str) -> None:
        _move(self.writer, select, self.decoder, name)

    def store(
        self,
        select: str,
        table: str,
        columns: Sequence[str],
        *,
        settings: Mapping[str, Any],
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        block = self.decoder.raw(select, parameters)
        if block:
            self.writer.put(table, columns, block, settings)

    def _connect(self, settings: Mapping[str, Any]) -> Connection:
        try:
            client = get_client(dsn=self._url.replace("clickhouse://", "http://", 1), settings=dict(settings))
        except ClickHouseError as error:
            raise StoreError(
                "the ClickHouse server of FANLIGHT_STORE does not answer",
                retryable=True,
                hint="check its address, user and secret",
            ) from error
        return Connection(client)


def _move(source: Connection, select: str, target: Connection, name: str) -> None:
    columns = source.rows(f"DESCRIBE TABLE ({select})")
    described = ", ".join(f"{column} {type_}" for column, type_, *_ in columns)
    target.run(f"CREATE TEMPORARY TABLE {name} ({described}) ENGINE = Memory")
    block = source.raw(select)
    if block:
        target.put(name, [column for column, *_ in columns], block, {})
