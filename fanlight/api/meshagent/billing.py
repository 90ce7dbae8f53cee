"""Money: what is left of the month's budget, and billing events as transactions."""

from __future__ import annotations

import asyncio
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import described, ref
from fanlight.api.budgets import shape_of
from fanlight.api.meshagent.answers import answer, ask_list, list_of
from fanlight.api.meshagent.parameters import PROJECT, Paged
from fanlight.api.parameters import Scoped
from fanlight.api.services import services_of
from fanlight.catalog.budgets import list_budgets
from fanlight.model.meshagent import Balance, Transaction
from fanlight.query.meshagent import money

router = APIRouter(prefix=PROJECT, tags=["meshagent"])


@router.get("/balance", **described(ref(Balance)))
async def get_balance(request: Request, scope: Scoped) -> Response:
    """What is left of the project's monthly budget in dollars; null where there is no such budget."""
    services = services_of(request)
    rows = await asyncio.to_thread(list_budgets, services.catalog, scope.project_id)
    budgets, now_ns = [shape_of(row) for row in rows], services.clock.now_ns()
    question = partial(money.get_balance, services.store, scope, budgets, now_ns=now_ns)
    return answer(await services.workers.ask(question, request.receive))


@router.get("/transactions", **described(list_of("transactions", Transaction)))
async def list_transactions(request: Request, scope: Scoped, page: Paged) -> Response:
    """Billing events that count, the latest first."""
    return await ask_list(request, "transactions", money.list_transactions, scope, **page.page)
