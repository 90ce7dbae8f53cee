"""Billing events as transactions, and what is left of a budget as a balance."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from fanlight.model.budget import Budget, BudgetScope, Period, Standing, Unit
from fanlight.model.meshagent import Balance, Transaction
from fanlight.model.project import ProjectScope
from fanlight.model.revenue import BillingLine
from fanlight.query.budgets import get_verdict
from fanlight.query.page import Page
from fanlight.query.revenue import list_billing
from fanlight.store.contract import Store


def list_transactions(
    store: Store, scope: ProjectScope, *, limit: int = 25, cursor: str | None = None
) -> Page:
    """Billing events that count, the latest first. Raises InvalidError for the cursor or the limit."""
    page = list_billing(store, scope, limit=limit, cursor=cursor)
    return Page(items=[transaction(each) for each in page.items], next=page.next)


def transaction(line: BillingLine) -> Transaction:
    """A billing event as a transaction; what has no description is described by its kind.

    Example:
        >>> line = BillingLine(id="e1", kind="fee", amount="0.050", currency="EUR", customer=None, run="r1",
        ...     span_id=None, agent=None, description=None, occurred_at="", received_at="", verified=True)
        >>> told = transaction(line)
        >>> told.amount, told.description, told.reference, told.reference_type
        (Decimal('0.050'), 'fee', 'r1', 'run')
    """
    return Transaction(
        id=line.id,
        amount=Decimal(line.amount),
        currency=line.currency,
        kind=line.kind,
        reference=line.run,
        reference_type="run" if line.run else None,
        description=line.description or line.kind,
        created_at=line.occurred_at,
    )


def get_balance(store: Store, scope: ProjectScope, budgets: Sequence[Budget], *, now_ns: int) -> Balance:
    """What is left of the project's budget in dollars for this month; of several, the least."""
    monthly = [
        each
        for each in budgets
        if (each.scope, each.period, each.unit) == (BudgetScope.PROJECT, Period.MONTH, Unit.USD)
    ]
    standings = get_verdict(store, scope, monthly, run_id=None, now_ns=now_ns).budgets
    return balance_of(standings)


def balance_of(standings: Sequence[Standing]) -> Balance:
    """The balance of whichever budget has the least left; of none there is none."""
    if not standings:
        return Balance(balance=None, monthly_budget=None, used_this_month=None, unpriced_tokens=None)
    least = min(standings, key=_left)
    return Balance(
        balance=_left(least),
        monthly_budget=Decimal(least.limit),
        used_this_month=Decimal(least.used),
        unpriced_tokens=least.unpriced_tokens,
    )


def _left(standing: Standing) -> Decimal:
    return Decimal(standing.limit) - Decimal(standing.used)
