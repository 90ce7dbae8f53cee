"""A flood of lines is sampled, and what is left out is counted."""

from __future__ import annotations

from dataclasses import dataclass

from fanlight.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`burst` items are kept at once and `per_s` a second after that; of the rest, one in `one_in`."""

    burst: int = 20_000
    per_s: float = 2_000.0
    one_in: int = 100
    bytes_burst: int = 32 * 1024 * 1024
    bytes_per_s: float = 2 * 1024 * 1024


class Flood:
    """Judges each item of one stream."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        self._rate = rate
        self._clock = clock
        self._at = clock.monotonic()
        self._items = float(rate.burst)
        self._bytes = float(rate.bytes_burst)
        self._nth = 0
        self.items_left_out = 0
        self.bytes_left_out = 0

    def keeps(self, size: int) -> bool:
        """Whether an item of `size` bytes is kept; when not, it is counted."""
        if self._items < 1 or self._bytes < size:
            self._refill()
        if self._items >= 1 and self._bytes >= size:
            self._items -= 1
            self._bytes -= size
            return True
        self._nth += 1
        # A sample may be large, but never so that samples alone are a flood of bytes.
        if self._nth % self._rate.one_in == 0 and self._bytes + self._rate.bytes_burst > size:
            self._bytes -= size
            return True
        self.items_left_out += 1
        self.bytes_left_out += size
        return False

    def take_counts(self) -> tuple[int, int]:
        """Items and bytes that were left out since the last time."""
        counts = self.items_left_out, self.bytes_left_out
        self.items_left_out = self.bytes_left_out = 0
        return counts

    def _refill(self) -> None:
        now = self._clock.monotonic()
        passed_s, self._at = now - self._at, now
        self._items = min(self._rate.burst, self._items + passed_s * self._rate.per_s)
        self._bytes = min(self._rate.bytes_burst, self._bytes + passed_s * self._rate.bytes_per_s)
