"""Rolling up metric points as upkeep: by the writer's thread, a piece at a time between generations."""

from __future__ import annotations

import logging
from typing import Protocol

from fanlight.clock import SYSTEM, Clock
from fanlight.errors import StoreError

logger = logging.getLogger("fanlight.ingest.rollup")

LOOK_EVERY_S = 3_600.0
PAUSE_S = 0.5
"""Between two pieces, so that what comes in meanwhile is not kept waiting."""


class Rolling(Protocol):
    """The part of a store that is asked here."""

    def roll_up_metrics(self, now_ns: int) -> bool: ...


class MetricRollup:
    """Asks the store for the next piece when it is time."""

    def __init__(self, store: Rolling, clock: Clock = SYSTEM) -> None:
        self._store = store
        self._clock = clock
        self._due = clock.monotonic() + PAUSE_S

    def step(self) -> None:
        """Do a piece when one is due; a store that refuses is asked again in an hour, nothing is lost."""
        if self._clock.monotonic() < self._due:
            return
        try:
            worked = self._store.roll_up_metrics(self._clock.now_ns())
        except StoreError as error:
            logger.warning("metric points were not put together, they stay as they came: %s", error)
            worked = False
        self._due = self._clock.monotonic() + (PAUSE_S if worked else LOOK_EVERY_S)
