"""Usage and revenue as rows of a table: one row a group, and the total last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fanlight.api.spreadsheet import Number, csv_text
from fanlight.model.revenue import Revenue, RevenueItem, RevenueReport
from fanlight.model.usage import Usage, UsageItem

USAGE_HEADS = (
    "key", "at", "runs", "spans", "errors", "tokens_input", "tokens_output", "tokens_cache_read",
    "tokens_cache_write", "tokens_reasoning", "cost", "cost_currency", "unpriced_tokens", "p50_ms", "p95_ms",
    "p99_ms",
)  # fmt: skip
REVENUE_HEADS = (
    "key", "at", "currency", "gross", "refunds", "fees", "payouts", "adjustments", "net", "events",
    "unverified", "runs", "cost", "cost_currency", "margin", "margin_note",
)  # fmt: skip
TOTAL = "total"


def usage_csv(usage: Usage) -> str:
    """Usage as CSV. The last row is the total, and says so in its `at`."""
    rows = [_usage_row(item) for item in usage.items]
    return csv_text(USAGE_HEADS, [*rows, _usage_row(usage.total, TOTAL)])


def revenue_csv(report: RevenueReport) -> str:
    """Revenue as CSV, a row a group and currency.

    The cost of a group stands in one of its rows, that of dollars, so that a column can be added up; a group
    that cost something and has no revenue in dollars gets such a row.
    """
    rows = [row for item in report.items for row in _revenue_rows(item)]
    return csv_text(REVENUE_HEADS, [*rows, *_revenue_rows(report.total, TOTAL)])


def _usage_row(item: UsageItem, at: str | None = None) -> list[Any]:
    tokens, cost = item.tokens, item.cost
    return [
        item.key, at or item.at, item.runs, item.spans, item.errors, tokens.input, tokens.output,
        tokens.cache_read, tokens.cache_write, tokens.reasoning, _number(cost.amount), cost.currency,
        cost.unpriced_tokens, item.p50_ms, item.p95_ms, item.p99_ms,
    ]  # fmt: skip


def _revenue_rows(item: RevenueItem, at: str | None = None) -> Iterator[list[Any]]:
    currencies: dict[str, Revenue | None] = {each.currency: each for each in item.revenue}
    if item.runs or not currencies:
        currencies.setdefault(item.cost.currency, None)
    for currency in sorted(currencies):
        sums = currencies[currency]
        amounts = (
            [None] * 8
            if sums is None
            else [
                *map(
                    _number, (sums.gross, sums.refunds, sums.fees, sums.payouts, sums.adjustments, sums.net)
                ),
                sums.events,
                sums.unverified,
            ]
        )
        is_cost = currency == item.cost.currency
        cost = [item.runs, _number(item.cost.amount), item.cost.currency] if is_cost else [None] * 3
        margin = [_number(item.margin), item.margin_note] if is_cost else [None, item.margin_note]
        yield [item.key, at or item.at, currency, *amounts, *cost, *margin]


def _number(amount: str | None) -> Number | None:
    return None if amount is None else Number(amount)
