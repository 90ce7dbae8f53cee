"""The moment that a backup shows.

By the writer's thread, between two generations: nothing is on its way into the store then, so its frozen
tables and the segments of the log together are exactly what was acknowledged. The catalog is copied last: it
may know a little more than they, never less.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from fanlight.catalog.copying import copy_catalog
from fanlight.catalog.database import FILE as CATALOG_FILE
from fanlight.catalog.database import Catalog
from fanlight.catalog.sealing import FILE as SETTINGS_KEY_FILE
from fanlight.clock import SYSTEM, Clock
from fanlight.data_dir import KEY_FILE, LOCAL_KEY_FILE
from fanlight.ingest.log import PARKED, Log
from fanlight.store.contract import Store
from fanlight.store.freezing import Frozen

STAGE = "backup-stage"
"""In the data directory, so that links into it are possible."""

LOG, AGENTS = "log", "agents"
KEYS = (KEY_FILE, LOCAL_KEY_FILE, SETTINGS_KEY_FILE)
PLAIN = ("plugin-registry.json",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What is backed up."""

    data_dir: Path
    store: Store
    log: Log
    catalog: Catalog


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A moment of a source. Everything of it lies in `frozen` and in the folder `stage`."""

    name: str
    at_ns: int
    seq: int
    epoch: str
    store_schema: int
    frozen: Frozen
    stage: Path

    @property
    def bytes(self) -> int:
        """What will be copied, about: while it goes on, the sources may shrink a little."""
        parts = [part for table in self.frozen.tables for part in table.parts]
        return sum(_bytes(folder) for folder in [self.stage, *parts])


def make_cut(source: Source, name: str, clock: Clock = SYSTEM) -> Cut:
    """Hold this moment fast. By the writer's thread alone; `drop_cut` lets go of it.

    Raises:
        ConfigError: store or catalog are those of another server, which backs them up itself.
        StoreError, OSError: it could not be done; nothing is left of it.
    """
    stage = source.data_dir / STAGE / name
    try:
        (stage / LOG / PARKED).mkdir(parents=True, mode=0o700)
        at_ns = clock.now_ns()
        seq = source.log.cut(stage / LOG)
        frozen = source.store.freeze(name)
        copy_catalog(source.catalog, stage / CATALOG_FILE)
        for entry in (source.data_dir / LOG / PARKED).glob("*.parked"):
            os.link(entry, stage / LOG / PARKED / entry.name)
        for file in (*KEYS, *PLAIN):
            if (source.data_dir / file).is_file():
                shutil.copy2(source.data_dir / file, stage / file)
        return Cut(
            name=name,
            at_ns=at_ns,
            seq=seq,
            epoch=source.store.epoch,
            store_schema=source.store.schema,
            frozen=frozen,
            stage=stage,
        )
    except BaseException:
        drop_cut(source, name)
        raise


def drop_cut(source: Source, name: str) -> None:
    """Let go of what a cut held."""
    shutil.rmtree(source.data_dir / STAGE / name, ignore_errors=True)
    if (source.data_dir / STAGE).is_dir() and not any((source.data_dir / STAGE).iterdir()):
        (source.data_dir / STAGE).rmdir()
    source.store.thaw(name)


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
