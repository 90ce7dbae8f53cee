"""What tokens cost: the unit prices of one model at one time, and the arithmetic that a person can follow."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from types import MappingProxyType
from typing import Any

import msgspec

from fanlight.pricing.tools import OWN

KINDS = ("input", "output", "cache_read", "cache_write", "reasoning")
MILLION = Decimal(1_000_000)
OWN_SOURCES = ("project", "litellm")
PICODOLLAR = Decimal("1e-12")
"""Money is kept to this; what is finer is cut off."""

_PARTS = MappingProxyType({"input": ("cache_read", "cache_write"), "output": ("reasoning",)})
"""Kinds whose tokens are counted in another's, and priced there unless they have a price of their own."""


class Tier(msgspec.Struct, frozen=True, array_like=True):
    """A price (US dollars for a million tokens) that holds for requests of more than `above` input tokens."""

    above: int
    price: Decimal


class Rates(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The prices of a model: of each kind of token by size of the request, lowest first, and of a request.

    `tools` are prices of one use of what the provider runs within a call (`pricing/tools.py`). `source` is
    'genai-prices', 'project' or 'litellm'; `version` says which table it was.
    """

    provider: str
    model: str
    source: str
    version: str
    tiers: Mapping[str, tuple[Tier, ...]]
    request: Decimal = Decimal(0)
    tools: Mapping[str, Decimal] = {}

    @property
    def id(self) -> int:
        """Names these very prices for ever.

        Example:
            >>> flat_rates("p", "m", input="2.5").id == flat_rates("p", "m", input="2.50").id
            False
        """
        digest = hashlib.blake2b(msgspec.json.encode(self, order="sorted"), digest_size=8).digest()
        # 0 stands for no price.
        return int.from_bytes(digest) or 1

    @property
    def is_own(self) -> bool:
        """Whether the project set it: such a price stands above what was reported."""
        return self.source in OWN_SOURCES

    def price(self, kind: str, input_tokens: int) -> Decimal | None:
        """US dollars for a million tokens of `kind` in a request of that size; None when it has none."""
        found = [
            tier.price for tier in self.tiers.get(kind, ()) if input_tokens > tier.above or tier.above == 0
        ]
        return found[-1] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One line of the arithmetic: so many tokens of a kind, at so much a million.

    Or so many requests or uses of a tool, at so much for `per` of them.
    """

    kind: str
    tokens: int
    price: Decimal
    cost: Decimal = field(default=Decimal(0))
    per: int = 1_000_000

    def __str__(self) -> str:
        each = {1_000_000: "/M", 1_000: "/1,000"}.get(self.per, "")
        return f"{self.tokens:,} {self.kind.replace('_', ' ')} x ${dollars(self.price)}{each}"


def flat_rates(
    provider: str, model: str, *, source: str = "project", version: str = "", **prices: str
) -> Rates:
    """Rates without tiers, from decimal texts by kind; `request` and tools are priced one by one."""
    request = Decimal(prices.pop("request", "0"))
    tools = {tool: Decimal(prices.pop(tool)) for tool in OWN if tool in prices}
    tiers = {kind: (Tier(0, Decimal(price)),) for kind, price in prices.items()}
    return Rates(
        provider=provider,
        model=model,
        source=source,
        version=version,
        tiers=tiers,
        request=request,
        tools=tools,
    )


def explain(rates: Rates, tokens: Mapping[str, int | None]) -> list[Term]:
    """How the cost of `tokens` (by kind; input and output with their parts in them) is made up.

    Uses of tools stand among them, by the tool.

    Example:
        >>> rates = flat_rates("openai", "gpt-4o", input="2.50", output="10", cache_read="1.25")
        >>> terms = explain(rates, {"input": 10_000, "cache_read": 4_000, "output": 500})
        >>> " + ".join(map(str, terms)), total(terms)
        ('6,000 input x $2.50/M + 500 output x $10.00/M + 4,000 cache read x $1.25/M', Decimal('0.025'))
    """
    given = {kind: tokens.get(kind) or 0 for kind in KINDS}
    size = given["input"]
    terms: list[Term] = []
    for kind in KINDS:
        price = rates.price(kind, size)
        if price is None:
            continue
        apart = sum(given[part] for part in _PARTS.get(kind, ()) if rates.price(part, size) is not None)
        count = max(given[kind] - apart, 0)
        if count:
            terms.append(Term(kind=kind, tokens=count, price=price, cost=count * price / MILLION))
    if rates.request:
        terms.append(Term(kind="request", tokens=1, price=rates.request, cost=rates.request, per=1))
    for tool, price in rates.tools.items():
        if uses := tokens.get(tool):
            terms.append(Term(kind=tool, tokens=uses, price=price * 1_000, cost=uses * price, per=1_000))
    return terms


def dollars(amount: Decimal) -> str:
    """An amount with the places that it has, two at least.

    Example:
        >>> dollars(Decimal("2.5")), dollars(Decimal(10)), dollars(Decimal("0.0375"))
        ('2.50', '10.00', '0.0375')
    """
    text = f"{amount.normalize():f}"
    places = len(text.partition(".")[2])
    return text if places >= 2 else f"{amount:.2f}"


def total(terms: list[Term]) -> Decimal:
    """US dollars of all terms, as they are stored.

    Example:
        >>> total([])
        Decimal('0')
    """
    return sum((term.cost for term in terms), Decimal(0)).quantize(PICODOLLAR, ROUND_DOWN).normalize() + 0


def to_json(rates: Rates) -> str:
    """The rates as the store keeps them."""
    return msgspec.json.encode(rates).decode()


def from_json(text: str | bytes) -> Rates:
    """The rates that `to_json` wrote."""
    return msgspec.json.decode(text, type=Rates)


def as_shown(rates: Rates) -> dict[str, Any]:
    """The rates for people: US dollars for a million tokens as decimal texts, tiers as a list."""
    shown: dict[str, Any] = {}
    for kind, tiers in rates.tiers.items():
        if len(tiers) == 1:
            shown[kind] = f"{tiers[0].price:f}"
        else:
            shown[kind] = [{"above_input_tokens": tier.above, "price": f"{tier.price:f}"} for tier in tiers]
    if rates.request:
        shown["request"] = f"{rates.request:f}"
    return shown | {tool: f"{price:f}" for tool, price in rates.tools.items()}
