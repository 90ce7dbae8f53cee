"""A token bucket: how much may come in a second, and how much at once."""

from __future__ import annotations

METER_S = 10.0
"""A use is told as the mean of so long."""


class Bucket:
    """Takes whatever comes while there is something in it, and then waits until that is paid back.

    What a request holds is known only once it is here, so it may take more than there is, once: over any time
    no more comes through than `rate` times that time, what the bucket holds, and one request. Times are of a
    monotonic clock, in seconds.

    All there is to know is one time, `paid_at`: when what was taken is paid for. It is never further back
    than the bucket is deep.

    Example:
        >>> bucket = Bucket(100.0, 10.0, now=0.0)
        >>> bucket.take(1_500, 0.0), bucket.paid_at
        (None, 5.0)
    """

    __slots__ = ("_burst_s", "_cost_s", "paid_at", "rate")

    def __init__(self, rate: float, burst_s: float, *, now: float) -> None:
        self.rate = rate
        self._cost_s = 1 / rate
        self._burst_s = burst_s
        self.paid_at = now - burst_s

    def change(self, rate: float, now: float) -> None:
        """Let another rate hold from now on; what is owed stays owed."""
        owed = max(self.paid_at - now, 0.0) * self.rate
        self.rate, self._cost_s = rate, 1 / rate
        if owed:
            self.paid_at = now + owed / rate

    def take(self, count: float, now: float) -> None:
        """Take `count`, even more than there is: whoever asks has looked at `paid_at`."""
        full_at = now - self._burst_s
        self.paid_at = (max(full_at, self.paid_at)) + count * self._cost_s


class Meter:
    """How much of several things came in a second, over the last ten.

    Example:
        >>> meter = Meter(2, now=0.0)
        >>> meter.at(4.0)[1] += 500
        >>> meter.per_s(10.0), meter.per_s(15.0), meter.per_s(40.0)
        ([0.0, 50.0], [0.0, 25.0], [0.0, 0.0])
    """

    __slots__ = ("_before", "_began", "_counts")

    def __init__(self, things: int, *, now: float) -> None:
        self._began = now
        self._counts = [0] * things
        self._before = [0] * things

    def at(self, now: float) -> list[int]:
        """The counts to add to."""
        past = now - self._began
        if past >= METER_S:
            nothing = [0] * len(self._counts)
            self._before = self._counts if past < 2 * METER_S else nothing
            self._counts = list(nothing)
            self._began = now - past % METER_S
        return self._counts

    def per_s(self, now: float) -> list[float]:
        """The means over the last ten seconds, part of which lie in the span before this one."""
        counts = self.at(now)
        left = 1 - (now - self._began) / METER_S
        return [(before * left + count) / METER_S for before, count in zip(self._before, counts, strict=True)]
