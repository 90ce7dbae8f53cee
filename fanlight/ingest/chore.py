"""What can wait: by the writer's thread, a piece at a time between generations."""

from __future__ import annotations

import logging
from collections.abc import Callable

from fanlight.clock import SYSTEM, Clock
from fanlight.errors import StoreError

logger = logging.getLogger("fanlight.ingest.chore")

PACE = 60
"""How much faster than time itself the wall clock is followed: an hour a minute."""

PAUSE_S = 0.5
"""Between two pieces, so that what comes in meanwhile is not kept waiting."""


class PacedClock:
    """The wall clock, of which a leap ahead is followed by an hour a minute at most.

    Age decides what is removed for good, and a clock that is set wrong for a while must not decide that.

    Example:
        >>> from fanlight.clock import ManualClock
        >>> clock = ManualClock(wall_ns=0)
        >>> paced = PacedClock(clock)
        >>> clock.advance(60)
        >>> clock.wall_ns = 365 * 24 * 3_600 * 10**9
        >>> paced.now_ns() // 10**9
        3600
    """

    def __init__(self, clock: Clock = SYSTEM) -> None:
        self._clock = clock
        self._believed_ns, self._believed_at = clock.now_ns(), clock.monotonic()

    def now_ns(self) -> int:
        """The time that the wall clock may have come to since it was last asked for."""
        at = self._clock.monotonic()
        most_ns = self._believed_ns + int(PACE * (at - self._believed_at) * 1e9)
        self._believed_ns, self._believed_at = min(self._clock.now_ns(), most_ns), at
        return self._believed_ns


class Chore:
    """Work on the store that is done in pieces, and looked for every so often.

    `work` is given the time in nanoseconds, does one piece, and says whether there may be more.
    """

    def __init__(
        self, name: str, work: Callable[[int], bool], *, every_s: float, clock: Clock = SYSTEM
    ) -> None:
        self._name = name
        self._work = work
        self._every_s = every_s
        self._clock = clock
        self._due = clock.monotonic() + PAUSE_S
        self._paced = PacedClock(clock)

    def step(self) -> None:
        """Do a piece when one is due; a store that refuses is asked again the next time, nothing is lost."""
        if self._clock.monotonic() < self._due:
            return
        try:
            worked = self._work(self._paced.now_ns())
        except StoreError as error:
            logger.warning("%s: not done, to be tried again: %s", self._name, error)
            worked = False
        self._due = self._clock.monotonic() + (PAUSE_S if worked else self._every_s)
