"""The book of prices: a project's own first, then the published ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from fanlight.clock import SYSTEM, Clock
from fanlight.pricing.published import find_published
from fanlight.pricing.rates import Rates

FRESH_S = 3.0
"""How long a project's own prices are believed; a change holds within 5 s."""

HOUR_NS = 3_600 * 10**9
MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A project's own price: for models that match `model` (with * and ?) of `provider` (empty = of any)."""

    provider: str
    model: str
    rates: Rates

    def holds_for(self, provider: str, model: str) -> bool:
        """Whether this is the price of a model. Case does not matter.

        Example:
            >>> from fanlight.pricing.rates import flat_rates
            >>> own = Override(provider="", model="gpt-*", rates=flat_rates("", "gpt-*", input="1"))
            >>> own.holds_for("openai", "GPT-4o"), own.holds_for("openai", "o3")
            (True, False)
        """
        if self.provider and self.provider.lower() != provider.lower():
            return False
        return fnmatchcase(model.lower(), self.model.lower())


Overrides = Callable[[str], Sequence[Override]]
"""A project's own prices, the first that holds counts."""


class Book:
    """Prices by project, provider, model and hour. Used by the one writer of a store."""

    def __init__(self, overrides: Overrides = lambda project: (), clock: Clock = SYSTEM) -> None:
        self._overrides = overrides
        self._clock = clock
        self._own: dict[str, tuple[float, tuple[Override, ...]]] = {}
        self._published: dict[tuple[str, str, int], Rates | None] = {}

    def find(self, project: str, provider: str, model: str, at_ns: int) -> Rates | None:
        """The price of a model in a project at a time; None when nobody knows one."""
        for override in self._own_of(project):
            if override.holds_for(provider, model):
                return override.rates
        key = (provider, model, at_ns // HOUR_NS)
        if key not in self._published:
            if len(self._published) >= MOST_REMEMBERED:
                self._published.clear()
            self._published[key] = find_published(provider, model, at_ns)
        return self._published[key]

    def is_own(self, project: str, rates: Rates) -> bool:
        """Whether a price is one that the project set itself: it stands above what was reported."""
        return any(override.rates is rates for override in self._own_of(project))

    def _own_of(self, project: str) -> tuple[Override, ...]:
        now = self._clock.monotonic()
        known = self._own.get(project)
        if known is None or known[0] <= now:
            known = (now + FRESH_S, tuple(self._overrides(project)))
            self._own[project] = known
        return known[1]
