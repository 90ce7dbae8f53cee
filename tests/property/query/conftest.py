"""A real embedded store, with rows laid into its tables by name.

A module's own: a process has one engine at a time, and other tests open theirs.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import clickhouse_connect
import pytest

from fanlight import config
from fanlight.store.contract import Store
from fanlight.store.engine import open_store


class Tables:
    """Puts rows into the tables of an open store, so that a test says exactly what is stored."""

    def __init__(self, path: Path) -> None:
        self._client = clickhouse_connect.get_client(dsn=f"chdb://{path}")

    def insert(self, table: str, rows: list[dict[str, Any]]) -> None:
        columns = sorted({name for row in rows for name in row})
        data = [[row[name] for name in columns] for row in rows]
        self._client.insert(table, data, column_names=columns)

    def close(self) -> None:
        self._client.close()

    def clear(self, table: str) -> None:
        self._client.command(f"TRUNCATE TABLE {table}")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def store(place: Path) -> Iterator[Store]:
    store = open_store(f"chdb://{place}", place, config.load(environ={}, flags={"retention_days": 0}))
    store.open()
    yield store
    store.close()


@pytest.fixture(scope="module")
def tables(store: Store, place: Path) -> Iterator[Tables]:
    tables = Tables(place)
    yield tables
    tables.close()
