"""The book of prices: a project's own first, then the published ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from fanlight.clock import SYSTEM, Clock
from fanlight.pricing.published import find_published, plain_provider
from fanlight.pricing.rates import Rates

FRESH_S = 3.0
"""How long a project's own prices are believed; a change holds within 5 s."""

HOUR_NS = 3_600 * 10**9
MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A project's own price of what matches `model` (with *, ? and [...]) by `provider` (empty = by any)."""

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
        if self.provider and plain_provider(self.provider) != plain_provider(provider):
            return False
        return fnmatchcase(model.lower(), self.model.lower())

    @property
    def is_pattern(self) -> bool:
        """Whether it holds for models of several names."""
        return any(mark in self.model for mark in "*?[")


Overrides = Callable[[str], Sequence[Override]]
"""Gives a project's own prices: whole names before patterns, long patterns before short ones."""


class Book:
    """Prices by project, provider, model and hour. Used by the one writer of a store."""

    def __init__(self, overrides: Overrides = lambda project: (), clock: Clock = SYSTEM) -> None:
        self._overrides = overrides
        self._clock = clock
        self._own: dict[str, tuple[float, _Own]] = {}
        self._published: dict[tuple[str, str, int], Rates | None] = {}

    def find(self, project: str, provider: str, model: str, at_ns: int) -> Rates | None:
        """The price of a model in a project at a time; None when nobody knows one."""
        own = self._own_of(project).find(provider, model)
        if own is not None:
            return own
        key = (provider, model, at_ns // HOUR_NS)
        if key not in self._published:
            if len(self._published) >= MOST_REMEMBERED:
                self._published.clear()
            self._published[key] = find_published(provider, model, at_ns)
        return self._published[key]

    def _own_of(self, project: str) -> _Own:
        now = self._clock.monotonic()
        known = self._own.get(project)
        if known is None or known[0] <= now:
            known = (now + FRESH_S, _Own(self._overrides(project)))
            self._own[project] = known
        return known[1]


class _Own:
    """A project's own prices: thousands by their whole names, which are looked up, and a few patterns."""

    def __init__(self, overrides: Iterable[Override]) -> None:
        self._named: dict[tuple[str, str], Rates] = {}
        self._patterns: list[Override] = []
        for each in overrides:
            if each.is_pattern:
                self._patterns.append(each)
            else:
                self._named[plain_provider(each.provider), each.model.lower()] = each.rates
        # The longest pattern says the most, and one of a provider more than one of any.
        self._patterns.sort(key=lambda each: (-len(each.model), not each.provider, each.model))

    def find(self, provider: str, model: str) -> Rates | None:
        for name in (plain_provider(provider), ""):
            if found := self._named.get((name, model.lower())):
                return found
        return next((each.rates for each in self._patterns if each.holds_for(provider, model)), None)
