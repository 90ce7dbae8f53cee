"""A server's shelf of backups over a store of one table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fanlight.catalog.database import Catalog, open_catalog
from fanlight.clock import ManualClock
from fanlight.errors import StoreError
from fanlight.ingest.backups.cut import Source
from fanlight.ingest.backups.shelf import Shelf
from fanlight.ingest.log import Log
from fanlight.store.freezing import Frozen, FrozenTable

WAIT_S = 30.0


@dataclass(eq=False)
class OneTable:
    """A store of one table with one part. Copying it waits for `go`."""

    place: Path
    epoch: str = "e1"
    schema: int = 4
    refuses: bool = False
    thawed: list[str] = field(default_factory=list)

    def freeze(self, name: str) -> Frozen:
        if self.refuses:
            raise StoreError("the engine is short of memory")
        part = self.place / "all_1_1_0"
        part.mkdir(exist_ok=True)
        (part / "count.txt").write_text("3")
        (part / "data.bin").write_bytes(b"x" * 100)
        return Frozen(tables=(FrozenTable(name="runs", create="CREATE", parts=(part,)),))

    def thaw(self, name: str) -> None:
        self.thawed.append(name)


@dataclass
class Place:
    shelf: Shelf
    store: OneTable
    catalog: Catalog
    clock: ManualClock
    data: Path
    folder: Path

    def made(self, *, with_logins: bool = False) -> Any:
        """A backup, from asking to its end."""
        name = self.shelf.ask(with_logins=with_logins).name
        self.shelf.step()
        return self.end(name)

    def end(self, name: str) -> Any:
        job = self.shelf._job
        assert job is not None
        assert job.done.wait(WAIT_S)
        return self.shelf.get(name)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    data, folder, clock = tmp_path / "data", tmp_path / "backups", ManualClock()
    catalog = open_catalog("", data)
    (tmp_path / "store").mkdir()
    store = OneTable(tmp_path / "store")
    log = Log(data / "log", segment_bytes=1_000_000, max_backlog_bytes=1_000_000)
    log.open()
    source = Source(data_dir=data, store=store, log=log, catalog=catalog)  # type: ignore[arg-type]
    shelf = Shelf(folder, source, keep_days=30, clock=clock)
    yield Place(shelf, store, catalog, clock, data, folder)
    shelf.close()
    log.close()
    catalog.close()
