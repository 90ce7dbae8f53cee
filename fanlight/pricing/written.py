"""Prices as people write them: decimal texts, US dollars for a million tokens."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from fanlight.pricing.rates import KINDS, Rates, Tier
from fanlight.pricing.tools import OWN

PLACES = 12
MOST = 1_000_000
MOST_REQUEST = 9
"""The engine counts a request's price in whole 10^-18 dollars."""

MOST_TIERS = 20


class PriceError(ValueError):
    """What was written is no price; the text says why."""


def read_rates(provider: str, model: str, prices: Mapping[str, Any], version: str = "") -> Rates:
    """The rates that `as_shown` shows: by kind a decimal, or a list of tiers; `request` for a whole request.

    A tool's price is that of one use.

    Raises:
        PriceError: a kind is unknown, or something is no price.

    Example:
        >>> rates = read_rates("", "own", {"input": "1.5", "output": [
        ...     {"above_input_tokens": 0, "price": "2"}, {"above_input_tokens": 200_000, "price": "4"}]})
        >>> rates.price("input", 1), rates.price("output", 200_000), rates.price("output", 200_001)
        (Decimal('1.5'), Decimal('2'), Decimal('4'))
    """
    tiers: dict[str, tuple[Tier, ...]] = {}
    request, tools = Decimal(0), dict[str, Decimal]()
    for kind, value in prices.items():
        if kind not in (*KINDS, "request", *OWN):
            raise PriceError(f"{kind[:40]}: it is none of {', '.join((*KINDS, 'request', *OWN))}")
        try:
            if kind == "request":
                request = read_amount(value, most=MOST_REQUEST)
            elif kind in OWN:
                tools[kind] = read_amount(value, most=MOST_REQUEST)
            else:
                tiers[kind] = _tiers(value)
        except PriceError as error:
            raise PriceError(f"{kind[:40]}: {error}") from None
    if not tiers and not request:
        raise PriceError("there is no price")
    return Rates(
        provider=provider,
        model=model,
        source="project",
        version=version,
        tiers=tiers,
        request=request,
        tools=tools,
    )


def read_amount(value: Any, *, times: int = 1, most: int = MOST) -> Decimal:
    """A number or decimal text, multiplied by `times`. Raises PriceError."""
    is_number = isinstance(value, int | float | str | Decimal) and not isinstance(value, bool)
    try:
        # The shortest text of a float is what was written.
        amount = Decimal(str(value)) * times if is_number else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= most or amount != round(amount, PLACES):
        raise PriceError(
            f"{str(value)[:40]!r} is no price: a number from 0 to {most} with at most {PLACES} places"
        )
    return amount.normalize() + 0


def _tiers(value: Any) -> tuple[Tier, ...]:
    if not isinstance(value, list):
        return (Tier(0, read_amount(value)),)
    found = []
    for each in value[:MOST_TIERS]:
        if not isinstance(each, Mapping) or set(each) != {"above_input_tokens", "price"}:
            raise PriceError("a tier has above_input_tokens and price")
        above = each["above_input_tokens"]
        if not isinstance(above, int) or isinstance(above, bool) or not 0 <= above < 2**63:
            raise PriceError(f"{str(above)[:40]!r} is no number of tokens")
        found.append(Tier(above, read_amount(each["price"])))
    starts = [tier.above for tier in found]
    if len(value) > MOST_TIERS or not starts or starts[0] != 0 or starts != sorted(set(starts)):
        raise PriceError(f"up to {MOST_TIERS} tiers, the first above 0, each above the one before")
    return tuple(found)
