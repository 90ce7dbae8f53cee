"""Every test of this suite runs against each store: embedded, and a ClickHouse server on loopback."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import clickhouse_connect
import pytest

from fanlight import config
from fanlight.store.engine import open_store

from .clickhouse import clickhouse_server
from .telemetry import LogFiles

ENGINES = ["embedded", "clickhouse"]
A_SEED_EACH = pytest.mark.parametrize(("url", "seed"), [*zip(ENGINES, (1, 2), strict=True)], indirect=["url"])
"""Random rows, others for each store."""

RETENTION_DAYS = 0
"""Fixed times never expire."""

_databases = itertools.count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with clickhouse_server(tmp_path_factory.mktemp("clickhouse")) as address:
        yield address


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of the embedded engine with every table and no row."""
    folder = tmp_path_factory.mktemp("prepared")
    store = open_store(f"chdb://{folder / 'store'}", folder, config.load(environ={}))
    store.open()
    store.close()
    return folder / "store"


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store that nobody has used. Embedded it has its tables: making them takes long."""
    if request.param == "embedded":
        shutil.copytree(request.getfixturevalue("prepared"), tmp_path / "store", symlinks=True)
    return unused(request, tmp_path)


def unused(request: pytest.FixtureRequest, folder: Path) -> str:
    """The address of a store in `folder`, or of a new database of the server: as the parameter says."""
    if request.param == "embedded":
        return f"chdb://{folder / 'store'}"
    address = request.getfixturevalue("server")
    database = f"test{next(_databases)}"
    with clickhouse_connect.get_client(dsn=f"http://default:@{address}/default") as client:
        client.command(f"CREATE DATABASE {database}")
    return f"clickhouse://default:@{address}/{database}"


@pytest.fixture
def opened(url: str, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens the store, again and again if asked to; one at a time."""
    held: list[Any] = []

    def open_(**flags: Any) -> Any:
        while held:
            held.pop().close()
        settings = config.load(environ={}, flags={"retention_days": RETENTION_DAYS, **flags})
        store = open_store(url, tmp_path, settings)
        held.append(store)
        store.open()
        return store

    yield open_
    while held:
        held.pop().close()


@pytest.fixture
def store(opened: Callable[..., Any]) -> Any:
    return opened()


@pytest.fixture
def log(tmp_path: Path) -> LogFiles:
    return LogFiles(tmp_path)


@pytest.fixture
def rows(store: Any) -> Callable[[str], list[Any]]:
    """What the tables hold."""
    return lambda sql: list(store._backend.writer.rows(sql))
