"""The only source of "now". Whoever needs the time takes a `Clock`, so that tests can set it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Protocol


class Clock(Protocol):
    """Wall time for what is stored and shown, monotonic time for whatever is waited for."""

    def now_ns(self) -> int:
        """Nanoseconds since 1970 UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now_ns(self) -> int:
        return time.time_ns()

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass(slots=True)
class ManualClock:
    """A clock that moves only when told.

    Example:
        >>> clock = ManualClock(wall_ns=1_000)
        >>> clock.advance(2.5)
        >>> clock.now_ns(), clock.monotonic()
        (2500001000, 2.5)
    """

    wall_ns: int = 1_790_000_000_000_000_000
    elapsed_s: float = field(default=0.0)

    def now_ns(self) -> int:
        return self.wall_ns

    def monotonic(self) -> float:
        return self.elapsed_s

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass on both clocks."""
        self.wall_ns += int(seconds * 1e9)
        self.elapsed_s += seconds


SYSTEM = SystemClock()
