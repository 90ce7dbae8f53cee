"""What spans cost: prices looked up once a model, the arithmetic done by the engine for all rows at once.

Amounts are whole numbers of 10^-18 dollars until the end, so that no sum depends on an order or a rounding.
What was reported in dollars stands, unless the project set a price of its own for the model. What is
reported in other currencies is kept beside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fanlight.pricing.book import Book
from fanlight.pricing.rates import KINDS, Rates, to_json
from fanlight.pricing.tools import FOREIGN, MOST_USES, OWN, takes_foreign

_SCALE = Decimal(10**12)
"""From dollars for a million tokens to 10^-18 dollars for one."""

_REQUEST_SCALE = Decimal(10**18)
MODEL_KINDS = "('llm', 'embedding', 'reranker')"

_HOUR = "toString(toUnixTimestamp(toStartOfHour(effective_start)))"
KEY = f"concat(project_id, '\\t', provider, '\\t', model, '\\t', {_HOUR})"


_SOURCE = "multiIf(has_price AND is_own, 'price', is_reported, 'reported', has_price, 'price', '')"
COST_COLUMNS = frozenset({"cost", "cost_source", "price_id", "unpriced"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """SQL of the columns about cost, and the values that it names.

    `steps` are named expressions, each in terms of those before it, and `columns` stand on them. `used` are
    the prices by project, to be kept.
    """

    steps: tuple[tuple[str, str], ...]
    columns: Mapping[str, str]
    parameters: Mapping[str, Any]
    used: tuple[tuple[str, Rates], ...]

    @property
    def prefix(self) -> str:
        """What comes before a SELECT of the columns."""
        return "WITH " + ", ".join(f"{expression} AS {name}" for name, expression in self.steps)

    def alone(self, column: str) -> str:
        """The column's expression where no WITH can stand before it."""
        steps = ", ".join(f"({expression} AS {name})" for name, expression in self.steps)
        return f"tupleElement(({steps}, {self.columns[column]}), {len(self.steps) + 1})"


def cost_columns(
    asked: Iterable[Sequence[Any]], book: Book, uses_tools: Callable[[], bool] = lambda: True
) -> Costs:
    """The columns for spans of the models `asked`: rows of project, provider, model, and hour in seconds.

    `uses_tools` tells whether any span may say that its provider ran a tool; it is asked only where some
    price has a fee for one. Their attributes are read only then.
    """
    keys: list[str] = []
    found: list[Rates] = []
    own: list[int] = []
    used: list[tuple[str, Rates]] = []
    for project, provider, model, hour in asked:
        rates = book.find(project, provider, model, int(hour) * 10**9)
        if rates is not None:
            keys.append(f"{project}\t{provider}\t{model}\t{hour}")
            found.append(rates)
            own.append(int(rates.is_own))
            used.append((project, rates))
    tables = {f"{kind}_above": [[t.above for t in r.tiers.get(kind, ())] for r in found] for kind in KINDS}
    tables |= {f"{kind}_price": [_prices(r, kind) for r in found] for kind in KINDS}
    requests = [int(rates.request * _REQUEST_SCALE) for rates in found]
    steps = (
        ("price_place", f"indexOf({{price_keys:Array(String)}}, {KEY})"),
        ("size", "toInt128(coalesce(tokens_input, 0))"),
        *((f"{k}_price", f"CAST({tables[f'{k}_price']}, 'Array(Array(Int64))')[price_place]") for k in KINDS),
        *(
            (f"{k}_above", f"CAST({tables[f'{k}_above']}, 'Array(Array(UInt64))')[price_place]")
            for k in KINDS
        ),
        ("request_price", f"CAST({requests}, 'Array(Int64)')[price_place]"),
        (
            "tool_fees",
            _fees(found) if any(rates.tools for rates in found) and uses_tools() else "toInt128(0)",
        ),
        ("is_own", f"CAST({own}, 'Array(UInt8)')[price_place]"),
        ("priced", _sum()),
        ("is_reported", "cost_reported IS NOT NULL AND currency_reported IN ('', 'USD')"),
        ("has_price", "price_place != 0 AND (tokens_input IS NOT NULL OR tokens_output IS NOT NULL)"),
        ("source", _SOURCE),
    )
    columns = {
        "cost": "multiIf(source = 'price', priced, source = 'reported', cost_reported, NULL)",
        "cost_source": "source",
        "price_id": f"if(source = 'price', CAST({[r.id for r in found]}, 'Array(UInt64)')[price_place], 0)",
        "unpriced": (
            "multiIf(source != '', '',"
            " cost_reported IS NOT NULL, concat('currency ', left(currency_reported, 16)),"
            " tokens_input IS NULL AND tokens_output IS NULL,"
            f" if(kind IN {MODEL_KINDS}, 'no tokens reported', ''),"
            " model = '', 'no model named', 'unknown model')"
        ),
    }
    return Costs(steps=steps, columns=columns, parameters={"price_keys": keys}, used=tuple(used))


def _sum() -> str:
    """SQL for the cost of a row by its price, as `pricing.rates.explain` has it."""
    count = {kind: f"toInt128(coalesce(tokens_{kind}, 0))" for kind in KINDS}

    def apart(kind: str) -> str:
        return f"if(empty({kind}_price), 0, {count[kind]})"

    count["input"] = f"greatest(size - {apart('cache_read')} - {apart('cache_write')}, 0)"
    count["output"] = f"greatest({count['output']} - {apart('reasoning')}, 0)"
    terms = [f"{count[kind]} * {_price(kind)}" for kind in KINDS]
    whole = f"intDiv({' + '.join(terms)} + request_price + tool_fees, 1000000)"
    # The engine makes no decimal of so wide a number; nine million dollars are the most for one span.
    return (
        f"toDecimal128(toInt64(least({whole}, 9000000000000000000)), 0) * toDecimal128('0.000000000001', 12)"
    )


def _fees(found: Sequence[Rates]) -> str:
    """SQL for what the tools cost that a row's provider ran, as `pricing.rates.explain` has it."""
    foreign = f"CAST({[int(takes_foreign(rates.provider)) for rates in found]}, 'Array(UInt8)')[price_place]"
    terms = []
    for tool, own in OWN.items():
        fees = [int(rates.tools.get(tool, 0) * _REQUEST_SCALE) for rates in found]
        if any(fees):
            text = f"attributes['{own}']"
            if other := FOREIGN.get(tool):
                text = f"if({text} = '' AND {foreign}, attributes['{other}'], {text})"
            uses = f"if(toUInt64OrZero({text}) > {MOST_USES}, 0, toUInt64OrZero({text}))"
            terms.append(f"toInt128({uses}) * CAST({fees}, 'Array(Int64)')[price_place]")
    return " + ".join(terms) or "toInt128(0)"


def _price(kind: str) -> str:
    tier = f"arrayCount(above -> above = 0 OR size > above, {kind}_above)"
    return f"toInt128({kind}_price[greatest({tier}, 1)])"


def _prices(rates: Rates, kind: str) -> list[int]:
    return [int(tier.price * _SCALE) for tier in rates.tiers.get(kind, ())]


def price_row(project: str, rates: Rates) -> dict[str, Any]:
    """A price as a row of `prices`."""
    return {
        "project_id": project,
        "price_id": rates.id,
        "provider": rates.provider,
        "model": rates.model,
        "source": rates.source,
        "version": rates.version,
        "rates": to_json(rates),
    }
