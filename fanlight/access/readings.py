"""Whose look at content stands in the audit log already: one entry a person, thing and hour says enough."""

from __future__ import annotations

from fanlight.clock import SYSTEM, Clock

HOUR_NS = 3_600 * 10**9
MOST = 100_000


class Readings:
    """What was noted in this hour. It is in memory alone: after a restart a reading may be noted again.

    Example:
        >>> readings = Readings()
        >>> readings.has("ann", "default", "run r1")
        False
        >>> readings.add("ann", "default", "run r1")
        >>> readings.has("ann", "default", "run r1"), readings.has("bob", "default", "run r1")
        (True, False)
    """

    def __init__(self, clock: Clock = SYSTEM) -> None:
        self._clock = clock
        self._hour = 0
        self._noted: set[tuple[str, str, str]] = set()

    def has(self, who: str, project: str, what: str) -> bool:
        """Whether it was noted in this hour."""
        hour = self._clock.now_ns() // HOUR_NS
        if hour != self._hour:
            self._hour = hour
            self._noted.clear()
        return (who, project, what) in self._noted

    def add(self, who: str, project: str, what: str) -> None:
        """It is noted."""
        if len(self._noted) >= MOST:  # rather twice in the log than not at all
            self._noted.clear()
        self._noted.add((who, project, what))
