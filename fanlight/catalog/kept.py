"""Settings of the catalog that are asked for all the time, read every few seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from fanlight.clock import SYSTEM, Clock
from fanlight.errors import StoreError

FRESH_S = 3.0
"""How long a setting is believed; a change holds within 5 s."""

T = TypeVar("T")


class Kept(Generic[T]):
    """What `read` gave at most three seconds ago, the same object while nothing changed. For any thread."""

    def __init__(self, read: Callable[[], T], clock: Clock = SYSTEM) -> None:
        self._read = read
        self._clock = clock
        self._known: tuple[float, T] | None = None

    def __call__(self) -> T:
        now = self._clock.monotonic()
        if self._known is None or self._known[0] <= now:
            self._known = (now + FRESH_S, self._newest())
        return self._known[1]

    def _newest(self) -> T:
        before = self._known[1] if self._known else None
        try:
            found = self._read()
        except StoreError:
            if before is None:
                raise
            return before  # a catalog that does not answer for a moment changes nobody's settings
        return before if before is not None and before == found else found
