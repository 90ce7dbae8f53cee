"""How much of its budgets a project has used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from fanlight.errors import NotFoundError
from fanlight.model.budget import Budget, BudgetScope, Period, Standing, Unit, Verdict
from fanlight.model.project import ProjectScope
from fanlight.model.run import Run
from fanlight.query.runs import get_run
from fanlight.query.times import NS
from fanlight.store.contract import Store

OK, EXCEEDED = "ok", "exceeded"


@dataclass(frozen=True, slots=True)
class Use:
    """Money in US dollars, tokens in and out, and those of them without a price."""

    cost: Decimal = Decimal(0)
    tokens: int = 0
    unpriced_tokens: int = 0


def get_verdict(
    store: Store, scope: ProjectScope, budgets: Sequence[Budget], *, run_id: str | None, now_ns: int
) -> Verdict:
    """Which of `budgets` hold for a run, or for the project when none is named, and how they stand.

    A run that is not stored yet has used nothing, and nobody knows its agent and room: the budgets of the
    project hold for it.
    """
    run = _find_run(store, scope, run_id)
    standings = [
        _standing(store, scope, budget, run, now_ns)
        for budget in budgets
        if _holds(budget, run, has_run=run_id is not None)
    ]
    return Verdict(
        verdict=EXCEEDED if any(each.exceeded for each in standings) else OK, run=run_id, budgets=standings
    )


def began_ns(period: Period, now_ns: int) -> int:
    """When the day or month of `now_ns` began, in UTC.

    Example:
        >>> began_ns(Period.DAY, 90_000 * NS) // NS, began_ns(Period.MONTH, 90_000 * NS)
        (86400, 0)
    """
    now = datetime.fromtimestamp(now_ns // NS, UTC)
    start = now.replace(hour=0, minute=0, second=0)
    if period is Period.MONTH:
        start = start.replace(day=1)
    return int(start.timestamp()) * NS


def _find_run(store: Store, scope: ProjectScope, run_id: str | None) -> Run | None:
    if run_id is None:
        return None
    try:
        return get_run(store, scope, run_id)
    except NotFoundError:
        return None


def _holds(budget: Budget, run: Run | None, *, has_run: bool) -> bool:
    if budget.period is Period.RUN and not has_run:
        return False
    if not has_run or budget.scope is BudgetScope.PROJECT:
        return True
    if run is None:
        return False
    return budget.subject == (run.agent if budget.scope is BudgetScope.AGENT else run.room)


def _standing(store: Store, scope: ProjectScope, budget: Budget, run: Run | None, now_ns: int) -> Standing:
    use = _of_run(run) if budget.period is Period.RUN else _since(store, scope, budget, now_ns)
    used = use.cost if budget.unit is Unit.USD else Decimal(use.tokens)
    return Standing(
        name=budget.name,
        scope=budget.scope,
        subject=budget.subject,
        period=budget.period,
        unit=budget.unit,
        limit=budget.limit,
        used=f"{used.normalize():f}",
        unpriced_tokens=use.unpriced_tokens,
        exceeded=used > Decimal(budget.limit),
    )


def _of_run(run: Run | None) -> Use:
    if run is None:
        return Use()
    return Use(
        cost=Decimal(run.cost.amount or 0),
        tokens=(run.tokens.input or 0) + (run.tokens.output or 0),
        unpriced_tokens=run.cost.unpriced_tokens or 0,
    )


def _since(store: Store, scope: ProjectScope, budget: Budget, now_ns: int) -> Use:
    [(cost, tokens, unpriced)] = store.read(
        scope,
        "budget_use",
        {
            "since_ns": began_ns(budget.period, now_ns),
            "agent": budget.subject if budget.scope is BudgetScope.AGENT else "",
            "room": budget.subject if budget.scope is BudgetScope.ROOM else "",
        },
    )
    return Use(cost=Decimal(cost), tokens=int(tokens), unpriced_tokens=int(unpriced))
