"""What every part of a server stands on. It is opened first and closed last."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from fanlight.catalog.database import Catalog, open_catalog
from fanlight.catalog.kept import Kept
from fanlight.catalog.limits import limits_of
from fanlight.catalog.prices import overrides_of
from fanlight.catalog.retention import retention_of
from fanlight.catalog.sampling import sampling_of
from fanlight.clock import Clock
from fanlight.config import Config
from fanlight.ingest.generation import Generation
from fanlight.ingest.headroom import Headroom
from fanlight.ingest.ledger import Ledger
from fanlight.ingest.log import Log
from fanlight.model.ledger import LedgerSnapshot
from fanlight.model.limits import Limits
from fanlight.model.sampling import Sampling
from fanlight.pricing.book import Book
from fanlight.store.contract import Store
from fanlight.store.engine import open_store, place_of
from fanlight.store.names import Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The catalog, the store and the log, and what is counted and set for all of them.

    `stored_seq` is the last sequence that the store had when it was opened, `watermark` the one up to which
    everything can be queried before the writer begins.
    """

    config: Config
    clock: Clock
    catalog: Catalog
    store: Store
    log: Log
    ledger: Ledger
    headroom: Headroom
    limits: Kept[Limits]
    sampling: Kept[Mapping[str, Sampling]]
    names: Names
    stored_seq: int
    watermark: int

    def told(self) -> LedgerSnapshot:
        """The ledger as people and `/metrics` are told of it."""
        return self.headroom.told(self.ledger.snapshot())


def open_ground(config: Config, clock: Clock, stack: contextlib.ExitStack) -> Ground:
    """Open the parts from the catalog upwards; `stack` closes them in the other order."""
    catalog = open_catalog(config.catalog, config.data_dir)
    stack.callback(catalog.close)
    book = Book(partial(overrides_of, catalog), clock)
    kept = Kept(partial(retention_of, catalog, config.retention_days), clock)
    limits = Kept(partial(limits_of, catalog, config), clock)
    names = Names(limits, clock)
    store = open_store(config.store, config.data_dir, config, book, kept, names)
    store.open()
    stack.callback(store.close)
    log = Log(
        config.data_dir / "log",
        segment_bytes=config.segment_bytes,
        max_backlog_bytes=config.max_backlog_bytes,
        durability=config.durability,
        clock=clock,
    )
    stack.callback(log.close)
    stored_seq = store.last_seq()
    waiting = log.open(above_seq=stored_seq)
    return Ground(
        config=config,
        clock=clock,
        catalog=catalog,
        store=store,
        log=log,
        ledger=_ledger_of(waiting, clock),
        headroom=Headroom.of(config, [config.data_dir, place_of(config.store, config.data_dir)], clock),
        limits=limits,
        sampling=Kept(partial(sampling_of, catalog), clock),
        names=names,
        stored_seq=stored_seq,
        watermark=_watermark(waiting, stored_seq),
    )


def _ledger_of(waiting: Sequence[Generation], clock: Clock) -> Ledger:
    ledger = Ledger(clock)
    for generation in waiting:
        for segment in generation.segments:
            ledger.replayed(segment.signal, segment.items)
    return ledger


def _watermark(waiting: Sequence[Generation], stored_seq: int) -> int:
    """Everything below the oldest item that still waits."""
    first = [segment.first_seq for generation in waiting for segment in generation.segments]
    return min([stored_seq, *(seq - 1 for seq in first)])
