"""How long telemetry is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LONGEST_DAYS = 50 * 365
"""What is kept for longer is kept for ever."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Days that rows are kept, counted from when they were received; 0 = for ever.

    Example:
        >>> kept = Retention(30, {"lab": 7, "ledger": 0})
        >>> kept.days_of("lab"), kept.days_of("ledger"), kept.days_of("other"), kept.longest_days
        (7, 0, 30, 0)
    """

    default_days: int
    own: Mapping[str, int] = field(default_factory=dict)
    """The days of the projects that have a setting of their own."""

    def days_of(self, project: str) -> int:
        """The days of one project."""
        return self.own.get(project, self.default_days)

    @property
    def longest_days(self) -> int:
        """The days of the project that keeps its rows longest."""
        every = {self.default_days, *self.own.values()}
        return 0 if 0 in every else max(every)
