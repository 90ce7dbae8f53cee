"""Revenue: what billing events come to, in each currency apart, beside what the runs cost."""

from __future__ import annotations

import msgspec

from fanlight.model.run import Cost


class Revenue(msgspec.Struct, frozen=True, kw_only=True):
    """The sums of one currency, as decimal texts. net = gross - refunds - fees + adjustments.

    Payouts are money that was earned before and went out: they are shown and in no net. `unverified` events
    are in none of the sums.
    """

    currency: str
    gross: str
    refunds: str
    fees: str
    payouts: str
    adjustments: str
    net: str
    events: int
    unverified: int


class RevenueItem(msgspec.Struct, frozen=True, kw_only=True):
    """One group, in one interval. `key` is None where the group has no name, `at` without an interval.

    `cost` is that of `runs`, which began in the interval. `margin` (US dollars, net - cost) is None where not
    all of the revenue is in dollars; `margin_note` says that, and what else there is to know of it.
    """

    key: str | None
    at: str | None
    runs: int
    cost: Cost
    revenue: list[Revenue]
    margin: str | None
    margin_note: str | None


class RevenueReport(msgspec.Struct, frozen=True, kw_only=True):
    """The groups, and everything together. `truncated`: there are more groups than are given."""

    items: list[RevenueItem]
    total: RevenueItem
    truncated: bool = False


class BillingLine(msgspec.Struct, frozen=True, kw_only=True):
    """One billing event as it counts. Texts that nobody gave are None."""

    id: str
    kind: str
    amount: str
    currency: str
    customer: str | None
    run: str | None
    span_id: str | None
    agent: str | None
    description: str | None
    occurred_at: str
    received_at: str
    verified: bool


class RunBilling(msgspec.Struct, frozen=True, kw_only=True):
    """The billing events of a run, oldest first, and what they come to beside its cost."""

    items: list[BillingLine]
    total: RevenueItem
    truncated: bool = False


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """So many events are durable. Those whose id was there before change nothing."""

    accepted: int
