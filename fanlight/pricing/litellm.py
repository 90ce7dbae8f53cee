"""LiteLLM's table of prices (`model_prices_and_context_window.json`) as a project's own prices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fanlight.pricing.book import Override
from fanlight.pricing.rates import Rates, Tier
from fanlight.pricing.written import PriceError, read_amount

SOURCE = "litellm"
EXAMPLE = "sample_spec"

_KEYS = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
    "reasoning": "output_cost_per_reasoning_token",
}
_ABOVE = re.compile(r"(.+)_above_(\d{1,9})k_tokens")
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry that was not taken, and why."""

    model: str
    reason: str


def read_litellm(table: Mapping[str, Any], version: str = "") -> tuple[list[Override], list[Refused]]:
    """The prices of a table, and what of it is none; one bad entry does not spoil the others.

    Example:
        >>> taken, refused = read_litellm({
        ...     "azure/gpt-4o": {"litellm_provider": "azure", "input_cost_per_token": 2.5e-06},
        ...     "strange": {"input_cost_per_token": "much"},
        ... })
        >>> [(each.provider, each.model, each.rates.price("input", 1)) for each in taken]
        [('azure', 'gpt-4o', Decimal('2.5'))]
        >>> [str(each.reason) for each in refused]
        ["input_cost_per_token: 'much' is no price: a number from 0 to 1000000 with at most 12 places"]
    """
    taken: dict[tuple[str, str], Override] = {}
    refused: list[Refused] = []
    for name, entry in table.items():
        try:
            found = _override(name, entry, version)
        except PriceError as error:
            refused.append(Refused(name[:200], str(error)))
            continue
        key = found.provider, found.model
        if key in taken:
            refused.append(Refused(name[:200], "the same model stands in the table before"))
        taken.setdefault(key, found)
    return list(taken.values()), refused


def _override(name: str, entry: Any, version: str) -> Override:
    if name == EXAMPLE:
        raise PriceError("it explains the table")
    if not isinstance(entry, Mapping):
        raise PriceError("it is no object")
    provider = entry.get("litellm_provider", "")
    if not isinstance(provider, str):
        raise PriceError("litellm_provider: it is no text")
    model = name.removeprefix(f"{provider}/") if provider else name
    if not model or len(model) > 1_000 or len(provider) > 100 or any(mark in model for mark in "*?["):
        raise PriceError("its name cannot be that of a model")
    tiers = {kind: found for kind, key in _KEYS.items() if (found := _tiers(entry, key))}
    if not {"input", "output"} & tiers.keys():
        raise PriceError("it has no price of tokens")
    rates = Rates(provider=provider, model=model, source=SOURCE, version=version, tiers=tiers)
    return Override(provider=provider, model=model, rates=rates)


def _tiers(entry: Mapping[str, Any], key: str) -> tuple[Tier, ...]:
    if entry.get(key) is None:
        return ()
    found = [Tier(0, _price(entry, key))]
    for name in entry:
        above = _ABOVE.fullmatch(name)
        if above and above[1] == key and entry[name] is not None:
            found.append(Tier(int(above[2]) * 1_000, _price(entry, name)))
    return tuple(sorted(found, key=lambda tier: tier.above))


def _price(entry: Mapping[str, Any], key: str) -> Any:
    try:
        return read_amount(entry[key], times=MILLION)
    except PriceError as error:
        raise PriceError(f"{key}: {error}") from None
