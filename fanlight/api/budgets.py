"""Budgets: what a project may use, and the verdict that a guard asks for."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import ask, described, json_response, page_of, ref
from fanlight.api.parameters import Scoped, Strict
from fanlight.api.services import services_of
from fanlight.api.visitor import note
from fanlight.catalog import budgets
from fanlight.catalog.tables import BudgetRow
from fanlight.model.budget import Budget, BudgetScope, Period, Unit, Verdict
from fanlight.query.budgets import get_verdict
from fanlight.query.page import Page
from fanlight.query.times import rfc3339

router = APIRouter(prefix="/api/v1/projects/{project}/budgets", tags=["budgets"])


class NewBudget(Strict):
    """What a budget is made of."""

    scope: BudgetScope = BudgetScope.PROJECT
    subject: str = Field("", max_length=1_024, description="The agent or the room; empty for a project.")
    period: Period
    unit: Unit = Unit.USD
    limit: str = Field(min_length=1, max_length=64, description="Decimal number.", examples=["25.00"])


@router.get("", **described(page_of(Budget)))
async def list_budgets(request: Request, scope: Scoped) -> Response:
    """The project's budgets by name; all on one page."""
    found = await asyncio.to_thread(budgets.list_budgets, services_of(request).catalog, scope.project_id)
    return json_response(Page(items=[shape_of(each) for each in found]))


@router.get("/verdict", **described(ref(Verdict)))
async def get_budget_verdict(
    request: Request,
    scope: Scoped,
    run: Annotated[str | None, Query(max_length=128, description="The run that asks.")] = None,
) -> Response:
    """How the budgets stand that hold for a run; without one, all that last longer than a run."""
    services = services_of(request)
    found = await asyncio.to_thread(budgets.list_budgets, services.catalog, scope.project_id)
    shapes = [shape_of(each) for each in found]
    return await ask(request, get_verdict, scope, shapes, run_id=run, now_ns=services.clock.now_ns())


@router.get("/standings", **described(ref(Verdict)))
async def get_standings(request: Request, scope: Scoped) -> Response:
    """How all budgets stand that last longer than a run: the verdict, for people who may read."""
    return await get_budget_verdict(request, scope)


@router.put("/{name}", **described(ref(Budget)))
async def set_budget(request: Request, scope: Scoped, name: str, new: NewBudget) -> Response:
    """Make a budget, or put this in the place of the one of that name."""
    services = services_of(request)
    row = await asyncio.to_thread(
        budgets.set_budget,
        services.catalog,
        scope.project_id,
        name,
        scope=new.scope,
        subject=new.subject,
        period=new.period,
        unit=new.unit,
        limit=new.limit,
        clock=services.clock,
    )
    await note(request, "budget.set", scope.project_id, name, **new.model_dump(mode="json"))
    return json_response(shape_of(row))


@router.delete("/{name}", status_code=204, response_class=Response)
async def remove_budget(request: Request, scope: Scoped, name: str) -> Response:
    """Remove a budget."""
    await asyncio.to_thread(budgets.remove_budget, services_of(request).catalog, scope.project_id, name)
    await note(request, "budget.removed", scope.project_id, name)
    return Response(status_code=204)


def shape_of(row: BudgetRow) -> Budget:
    """A budget as the API tells it."""
    return Budget(
        name=row.name,
        scope=BudgetScope(row.scope),
        subject=row.subject,
        period=Period(row.period),
        unit=Unit(row.unit),
        limit=row.amount,
        created_at=rfc3339(row.created_ns),
    )
