"""When a server backs itself up, without anybody who asks."""

from __future__ import annotations

import contextlib
import logging

from fanlight.clock import SYSTEM, Clock
from fanlight.errors import ConflictError
from fanlight.ingest.backups.shelf import Shelf

logger = logging.getLogger("fanlight.ingest.backups")

HOUR_NS = 3_600 * 10**9
LOOK_EVERY_S = 60.0
RETRY_S = 3_600.0
"""After a backup was asked for: one that fails is not asked for again at once."""


class Schedule:
    """Asks a shelf for a backup whenever its newest one is `every_h` hours old; with 0 it never does.

    Backups that people ask for count as well. `step` is the writer's thread's, before the shelf's own;
    `newest_ns` may be read by any.
    """

    def __init__(self, shelf: Shelf, every_h: int, clock: Clock = SYSTEM) -> None:
        self._shelf = shelf
        self._every_ns = every_h * HOUR_NS
        self._clock = clock
        self._look_at = self._ask_at = clock.monotonic()
        self.newest_ns: int | None = None
        """The moment that the newest complete backup shows; None without one. As it was a minute ago."""

    def step(self) -> None:
        """Look whether one is due, and ask for it. A disk that cannot be read is looked at again later."""
        at, now_ns = self._clock.monotonic(), self._clock.now_ns()
        if at < self._look_at:
            return
        self._look_at = at + LOOK_EVERY_S
        try:
            # One from ahead of the clock, which was set back, says nothing of what happened since.
            self.newest_ns = max((ns for ns in self._shelf.cuts().values() if ns <= now_ns), default=None)
        except OSError as error:
            logger.warning("the backups cannot be looked at: %s", error)
            return
        if at >= self._ask_at and self._is_due(now_ns):
            with contextlib.suppress(ConflictError):  # one is being made
                logger.info("backup %s is made, for it is time", self._shelf.ask().name)
            self._ask_at = at + RETRY_S

    def _is_due(self, now_ns: int) -> bool:
        return self._every_ns > 0 and (self.newest_ns is None or now_ns - self.newest_ns >= self._every_ns)
