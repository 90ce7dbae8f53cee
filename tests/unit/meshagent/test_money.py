"""A balance is what is left of a budget; where there is none nobody knows one."""

from __future__ import annotations

from decimal import Decimal

from fanlight.model.budget import BudgetScope, Period, Standing, Unit
from fanlight.model.meshagent import Balance
from fanlight.query.meshagent.money import balance_of


def standing(limit: str, used: str) -> Standing:
    return Standing(
        name="n",
        scope=BudgetScope.PROJECT,
        subject="",
        period=Period.MONTH,
        unit=Unit.USD,
        limit=limit,
        used=used,
        unpriced_tokens=7,
        exceeded=False,
    )


def test_without_a_budget_there_is_no_balance() -> None:
    assert balance_of([]) == Balance(
        balance=None, monthly_budget=None, used_this_month=None, unpriced_tokens=None
    )


def test_of_several_budgets_the_one_with_the_least_left_counts_and_it_may_be_overdrawn() -> None:
    assert balance_of([standing("25", "1.005"), standing("1", "1.000000000001")]) == Balance(
        balance=Decimal("-0.000000000001"),
        monthly_budget=Decimal(1),
        used_this_month=Decimal("1.000000000001"),
        unpriced_tokens=7,
    )
