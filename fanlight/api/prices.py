"""Prices that a project sets itself, and costs computed anew by them."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import described, json_response, page_of, ref
from fanlight.api.parameters import TIME, Scoped, Strict
from fanlight.api.services import services_of
from fanlight.api.times import parse_time_or_none
from fanlight.api.visitor import note
from fanlight.catalog import prices
from fanlight.errors import InvalidError
from fanlight.model.price import Price, PriceImport, RefusedPrice, RepriceProgress
from fanlight.pricing.book import Override
from fanlight.pricing.litellm import read_litellm
from fanlight.pricing.rates import as_shown
from fanlight.pricing.written import PriceError, read_rates
from fanlight.query.page import Page
from fanlight.query.times import rfc3339
from fanlight.store.contract import Repricing

router = APIRouter(prefix="/api/v1/projects/{project}/prices", tags=["prices"])

_Model = Annotated[str, Query(min_length=1, max_length=1_000, description="The model or pattern.")]
_Provider = Annotated[str, Query(max_length=100, description="The provider; empty for any.")]


class NewPrice(Strict):
    """A price for a model, or for all that match a pattern."""

    provider: str = Field("", max_length=100, description="Empty for any provider.")
    model: str = Field(min_length=1, max_length=1_000, examples=["gpt-4o", "my-*"])
    prices: dict[str, Any] = Field(
        description="US dollars for a million tokens, by kind.", examples=[{"input": "2.50", "output": "10"}]
    )


class NewRepricing(Strict):
    """Which spans: those that began in [from, to), of one model or of all."""

    since: str = Field("", alias="from", max_length=64, description=f"Earliest time. {TIME}")
    until: str = Field("", alias="to", max_length=64, description=f"First time not included. {TIME}")
    model: str = Field("", max_length=1_000, description="The model as asked for or answered.")


@router.get("", **described(page_of(Price)))
async def list_prices(request: Request, scope: Scoped) -> Response:
    """The project's own prices by model; all on one page."""
    found = await asyncio.to_thread(prices.list_prices, services_of(request).catalog, scope.project_id)
    return json_response(Page(items=[_shape(each) for each in found]))


@router.put("", **described(ref(Price)))
async def set_price(request: Request, scope: Scoped, new: NewPrice) -> Response:
    """Set a price, or put this in the place of the one for the same provider and model.

    It holds for spans that come from now on, within 5 s; `POST /prices/reprice` applies it to stored ones.
    """
    services = services_of(request)
    try:
        rates = read_rates(new.provider, new.model, new.prices)
    except PriceError as error:
        raise InvalidError(f"prices: {error}") from error
    override = Override(provider=new.provider, model=new.model, rates=rates)
    [price] = await asyncio.to_thread(
        prices.set_prices, services.catalog, scope.project_id, [override], services.clock
    )
    await note(request, "price.set", scope.project_id, new.model, provider=new.provider, prices=new.prices)
    return json_response(_shape(price))


@router.delete("", status_code=204, response_class=Response)
async def remove_price(request: Request, scope: Scoped, model: _Model, provider: _Provider = "") -> Response:
    """Remove a price; the published one holds again."""
    catalog = services_of(request).catalog
    await asyncio.to_thread(prices.remove_price, catalog, scope.project_id, provider, model)
    await note(request, "price.removed", scope.project_id, model, provider=provider)
    return Response(status_code=204)


@router.post("/import", **described(ref(PriceImport)))
async def import_prices(
    request: Request, scope: Scoped, table: Annotated[dict[str, Any], Body(description="LiteLLM's table.")]
) -> Response:
    """Take LiteLLM's table of prices as the project's own; bad entries are named, the others taken."""
    services = services_of(request)
    version = rfc3339(services.clock.now_ns())[:10]

    def take() -> PriceImport:
        taken, refused = read_litellm(table, version)
        prices.set_prices(services.catalog, scope.project_id, taken, services.clock)
        told = [RefusedPrice(model=each.model, reason=each.reason) for each in refused]
        return PriceImport(taken=len(taken), refused=told)

    found = await asyncio.to_thread(take)
    await note(request, "prices.imported", scope.project_id, taken=found.taken)
    return json_response(found)


@router.post("/reprice", **described(ref(RepriceProgress), status=202))
async def reprice(request: Request, scope: Scoped, new: NewRepricing) -> Response:
    """Compute the costs of stored spans anew, and then the sums of their runs. Safe to repeat."""
    services = services_of(request)
    now_ns = services.clock.now_ns()
    until_ns = parse_time_or_none(new.until, now_ns)
    asked = Repricing(
        project_id=scope.project_id,
        since_ns=max(parse_time_or_none(new.since, now_ns) or 0, 0),
        until_ns=min(until_ns, _LAST_NS) if until_ns is not None else _LAST_NS,
        model=new.model,
    )
    queued = services.repricer.ask(asked)
    await note(request, "costs.repriced", scope.project_id, new.model, **{"from": new.since, "to": new.until})
    return json_response(queued, 202)


@router.get("/reprice/{job}", **described(ref(RepriceProgress)))
async def get_repricing(request: Request, scope: Scoped, job: str) -> Response:
    """How far a job is."""
    return json_response(services_of(request).repricer.get(scope.project_id, job))


_LAST_NS = 2**63 - 1


def _shape(price: prices.Price) -> Price:
    override = price.override
    return Price(
        provider=override.provider,
        model=override.model,
        source=override.rates.source,
        prices=as_shown(override.rates),
        created_at=rfc3339(price.created_ns),
    )
