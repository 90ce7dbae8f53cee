"""The one thread that writes: what came, and between two generations whatever else changes the store."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from fanlight.ingest.backups.cut import Source
from fanlight.ingest.backups.schedule import Schedule
from fanlight.ingest.backups.shelf import Shelf
from fanlight.ingest.chore import Chore
from fanlight.ingest.erasing import Eraser
from fanlight.ingest.repricing import Repricer
from fanlight.ingest.thinning import Thinner
from fanlight.ingest.watching import Watcher
from fanlight.ingest.writer import Announce, Writer
from fanlight.query.loops.detect import Limits as LoopLimits
from fanlight.server.ground import Ground
from fanlight.store.contract import RunKey

ROLL_UP_EVERY_S = 3_600.0
EXPIRE_EVERY_S = 60.0
"""A project that was given fewer days has them within so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """The writer, and what people ask of it."""

    writer: Writer
    repricer: Repricer
    eraser: Eraser
    shelf: Shelf
    schedule: Schedule
    thinner: Thinner


def make_upkeep(ground: Ground, announce: Announce, stack: contextlib.ExitStack) -> Upkeep:
    """The writer is not started yet; it will tell `announce` what can be queried."""
    store, clock, config = ground.store, ground.clock, ground.config
    repricer = Repricer(store, clock)
    thinner = Thinner(store, ground.sampling, ground.ledger, is_behind=lambda: ground.log.is_behind)
    shelf = Shelf(
        config.backup_folder,
        Source(data_dir=config.data_dir, store=store, log=ground.log, catalog=ground.catalog),
        keep_days=config.backup_days,
        stop_bytes=config.disk_stop_bytes,
        clock=clock,
    )
    stack.callback(shelf.close)
    schedule = Schedule(shelf, config.backup_every_h, clock)
    eraser = Eraser(store, ground.catalog, clock, noted=shelf.keep_deletions)
    chores = (
        Chore("removing spans that are not kept", thinner.step, every_s=config.thin_every_s, clock=clock),
        Chore("putting metric points together", store.roll_up_metrics, every_s=ROLL_UP_EVERY_S, clock=clock),
        Chore("removing what is older than kept", store.expire, every_s=EXPIRE_EVERY_S, clock=clock),
    )

    def step() -> frozenset[RunKey]:
        ground.headroom.state()  # logs what changed, also while nothing comes in
        eraser.step()
        for chore in chores:
            chore.step()
        return repricer.step()

    def between() -> None:
        schedule.step()
        shelf.step()

    writer = Writer(
        ground.log,
        store,
        announce=announce,
        ledger=ground.ledger,
        config=config,
        clock=clock,
        watcher=Watcher(
            store,
            clock,
            stuck_after_s=config.run_stuck_after_s,
            limits=LoopLimits(repeats=config.loop_repeats),
        ),
        upkeep=step,
        between=between,
    )
    return Upkeep(
        writer=writer, repricer=repricer, eraser=eraser, shelf=shelf, schedule=schedule, thinner=thinner
    )
