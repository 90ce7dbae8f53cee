"""When an exporter that keeps failing gets nothing for a while."""

from __future__ import annotations

from fanlight.sdk.isolation.limits import Limits


class Breaker:
    """Closed: events flow. Open: none do. Half open: one try decides.

    Example:
        >>> breaker = Breaker(Limits(most_deaths=1, retry_s=1.0))
        >>> breaker.died(now=10.0); breaker.state
        'open'
        >>> breaker.retry(now=10.5), breaker.retry(now=11.0), breaker.state
        (False, True, 'half_open')
        >>> breaker.succeeded(); breaker.state
        'closed'
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._deaths: list[float] = []
        self._wait_s = limits.retry_s
        self._until = 0.0
        self.state = "closed"

    def failing(self, in_a_row: int, now: float) -> None:
        """So many calls in a row have raised."""
        if in_a_row >= self._limits.most_failures:
            self._open(now)

    def died(self, now: float) -> None:
        """The process ended before its time, or had to be ended."""
        since = now - self._limits.deaths_within_s
        self._deaths = [*(death for death in self._deaths if death > since), now]
        if len(self._deaths) >= self._limits.most_deaths or self.state == "half_open":
            self._open(now)

    def refuted(self, now: float) -> None:
        """The try of half open failed."""
        self._open(now)

    def succeeded(self) -> None:
        """The try returned."""
        if self.state == "half_open":
            self.state = "closed"
            self._deaths.clear()
            self._wait_s = self._limits.retry_s

    def retry(self, now: float) -> bool:
        """Whether it is time for a try; the breaker is half open then."""
        if self.state != "open" or now < self._until:
            return False
        self.state = "half_open"
        return True

    def _open(self, now: float) -> None:
        self.state = "open"
        self._until = now + self._wait_s
        self._wait_s = min(self._wait_s * 2, self._limits.longest_retry_s)
