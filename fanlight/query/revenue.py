"""Revenue: what billing events come to beside what runs cost, by agent, run, customer or room.

An event counts when it occurred, however late it came; a run costs when it began. Amounts are decimals from
the wire to the answer, and no sum has two currencies in it. Runs cost US dollars.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from fanlight.model.billing import EXACT
from fanlight.model.project import ProjectScope
from fanlight.model.revenue import BillingLine, Revenue, RevenueItem, RevenueReport, RunBilling
from fanlight.model.run import Cost
from fanlight.query.page import Page, check_limit, decode_cursor, encode_cursor
from fanlight.query.times import NS, bounded, rfc3339
from fanlight.query.usage import INTERVALS, MOST_ITEMS, check_grouping
from fanlight.store.contract import Store

GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "": "''",
        "agent": "agent",
        "run": "run_id",
        "customer": "customer",
        "room": "room",
        "user": "user",
        "model": "model",
    }
)
_OF_RUNS = frozenset({"agent", "room", "user", "model"})
COST_CURRENCY = "USD"
MOST_LINES = 1_000
NO_SPAN = "0" * 16
_NOUN = "billing events"

# Only a grouping by what the other side knows joins it.
_RUNS_NAMED = (
    "SELECT run_id, agent, room, user, /*model*/ AS model FROM runs FINAL"
    " WHERE project_id = {project_id:String}"
    " AND run_id IN (SELECT run_id FROM billing WHERE project_id = {project_id:String})"
)
_NO_RUNS = "SELECT '' AS run_id, '' AS agent, '' AS room, '' AS user, '' AS model WHERE 0"
# The model that cost most in a run, by tokens where nothing has a price, by name where all are alike. A run
# is wholly that model's: what somebody pays for it cannot be divided by what its calls cost.
_MODEL = (
    "arraySort(name -> ("
    "-arraySum((each, cost) -> if(each = name, toFloat64(cost), 0), `usage.model`, `usage.cost`),"
    " -arraySum((each, taken, given) -> if(each = name, taken + given, 0),"
    " `usage.model`, `usage.tokens_input`, `usage.tokens_output`), name),"
    " arrayDistinct(arrayFilter(name -> name != '', `usage.model`)))[1]"
)
_CUSTOMERS = (
    "SELECT run_id, if(uniqExact(customer) = 1, any(customer), '') AS customer FROM billing FINAL"
    " WHERE project_id = {project_id:String} AND verified AND run_id != '' GROUP BY run_id"
)
_NO_CUSTOMERS = "SELECT '' AS run_id, '' AS customer WHERE 0"


def get_revenue(
    store: Store,
    scope: ProjectScope,
    *,
    group: str = "",
    interval: str = "",
    tz: str = "UTC",
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> RevenueReport:
    """What billing events that occurred in [since, until) come to, and what the runs begun in it cost.

    `group` is one of GROUPS. A run's cost is a customer's when all of its events name that customer alone. A
    run and its events are the model's that cost most in it.

    Raises:
        InvalidError: there is no such group, interval or time zone.
    """
    check_grouping(group, GROUPS, interval, tz)
    window = bounded(since_ns, until_ns)
    at = INTERVALS[interval].replace("{tz}", tz)
    total = _total(_ask(store, scope, window))
    if not group and not interval:
        return RevenueReport(items=[], total=total)
    rows = _ask(store, scope, window, group=group, at=at, limit=MOST_ITEMS + 1)
    return RevenueReport(
        items=[_item(row, has_time=bool(interval)) for row in rows[:MOST_ITEMS]],
        total=total,
        truncated=len(rows) > MOST_ITEMS,
    )


def get_run_billing(store: Store, scope: ProjectScope, run_id: str) -> RunBilling:
    """The billing events of a run, whenever they occurred, and its sums. Nothing for a run without any."""
    lines = store.read(scope, "run_billing", {"run_id": run_id, "limit": MOST_LINES + 1})
    total = _total(_ask(store, scope, bounded(None, None), run_id=run_id))
    return RunBilling(
        items=[_line(row) for row in lines[:MOST_LINES]], total=total, truncated=len(lines) > MOST_LINES
    )


def list_billing(
    store: Store,
    scope: ProjectScope,
    *,
    since_ns: int | None = None,
    until_ns: int | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Page:
    """Billing events that count and occurred in [since, until), as BillingLines, the latest first.

    Raises:
        InvalidError: the cursor or the limit is wrong.
    """
    check_limit(limit)
    since, until = bounded(since_ns, until_ns)
    place = (until, "") if cursor is None else decode_cursor(cursor, _NOUN, int, str)
    asked = {"since_ns": since, "place_ns": place[0], "place_id": place[1], "limit": limit + 1}
    rows = store.read(scope, "list_billing", asked)
    more = len(rows) > limit
    return Page(
        items=[_line(row) for row in rows[:limit]],
        next=encode_cursor(_NOUN, rows[limit - 1][9], rows[limit - 1][0]) if more else None,
    )


def _ask(
    store: Store,
    scope: ProjectScope,
    window: tuple[int, int],
    *,
    group: str = "",
    at: str = INTERVALS[""],
    run_id: str = "",
    limit: int = 1,
) -> Sequence[Sequence[Any]]:
    model = _MODEL if group == "model" else "''"
    runs_named = _RUNS_NAMED.replace("/*model*/", model) if group in _OF_RUNS else _NO_RUNS
    return store.read(
        scope,
        "revenue",
        {"since_ns": window[0], "until_ns": window[1], "run_id": run_id, "limit": limit},
        {
            "key": GROUPS[group],
            "event_at": at.replace("each.at", "toDateTime(occurred_at)"),
            "run_at": at.replace("each.at", "toDateTime(started_at)"),
            "runs_named": runs_named,
            "model": model,
            "customers": _CUSTOMERS if group == "customer" else _NO_CUSTOMERS,
        },
    )


def _total(rows: Sequence[Sequence[Any]]) -> RevenueItem:
    return _item(rows[0] if rows else ("", 0, 0, "0", 0, 0, ()), has_time=False)


def _item(row: Sequence[Any], *, has_time: bool) -> RevenueItem:
    key, at, runs, cost, unpriced, priced, sums = row
    revenue = [_revenue(each) for each in sums]
    margin, note = _margin(revenue, Decimal(cost), unpriced)
    return RevenueItem(
        key=key or None,
        at=rfc3339(at * NS) if has_time else None,
        runs=runs,
        cost=Cost(amount=_text(Decimal(cost)) if priced else None, unpriced_tokens=unpriced),
        revenue=revenue,
        margin=margin,
        margin_note=note,
    )


def _revenue(sums: Sequence[Any]) -> Revenue:
    """The sums of one currency.

    Example:
        >>> _revenue(("EUR", "10", "2.5", "0.000000000001", "3", "-1", 5, 0)).net
        '6.499999999999'
    """
    currency, *amounts, events, unverified = sums
    gross, refunds, fees, payouts, adjustments = map(Decimal, amounts)
    net = EXACT.subtract(EXACT.subtract(EXACT.add(gross, adjustments), refunds), fees)
    return Revenue(
        currency=currency,
        gross=_text(gross),
        refunds=_text(refunds),
        fees=_text(fees),
        payouts=_text(payouts),
        adjustments=_text(adjustments),
        net=_text(net),
        events=events,
        unverified=unverified,
    )


def _margin(revenue: Sequence[Revenue], cost: Decimal, unpriced: int) -> tuple[str | None, str | None]:
    """Net less cost, where both are in one currency, and what there is to know of it.

    Example:
        >>> euros = _revenue(("EUR", "10", "0", "0", "0", "0", 1, 0))
        >>> _margin([euros], Decimal("0.5"), 0)
        (None, 'revenue is in EUR and cost in USD: no margin is computed across currencies')
        >>> _margin([_revenue(("USD", "10", "0", "0", "0", "0", 1, 0))], Decimal("0.5"), 0)
        ('9.5', None)
    """
    counted = {each.currency: each for each in revenue if each.events}
    if counted.keys() - {COST_CURRENCY}:
        others = ", ".join(sorted(counted))
        return (
            None,
            f"revenue is in {others} and cost in {COST_CURRENCY}: no margin is computed across currencies",
        )
    net = Decimal(counted[COST_CURRENCY].net) if counted else Decimal(0)
    note = f"{unpriced:,} tokens have no price and are in no cost" if unpriced else None
    return _text(EXACT.subtract(net, cost)), note


def _text(amount: Decimal) -> str:
    """An amount without the zeros that say nothing; no digit is lost."""
    if not amount:
        return "0"
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _line(row: Sequence[Any]) -> BillingLine:
    (
        event_id, kind, amount, currency, customer, run, span_id, agent, description, occurred, received_ms,
        verified,
    ) = row  # fmt: skip
    return BillingLine(
        id=event_id,
        kind=kind,
        amount=_text(Decimal(amount)),
        currency=currency,
        customer=customer or None,
        run=run or None,
        span_id=None if span_id == NO_SPAN else span_id,
        agent=agent or None,
        description=description or None,
        occurred_at=rfc3339(occurred),
        received_at=rfc3339(received_ms * 1_000_000),
        verified=bool(verified),
    )
