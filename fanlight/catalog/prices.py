"""Prices that projects set themselves; they stand above published and reported ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from fanlight.catalog.database import Catalog
from fanlight.catalog.projects import get_project
from fanlight.catalog.tables import PriceRow
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import InvalidError, NotFoundError, StoreError
from fanlight.pricing.book import Override
from fanlight.pricing.rates import from_json, to_json

MAX_PRICES = 10_000
MAX_MODEL_LENGTH, MAX_PROVIDER_LENGTH = 1_000, 100


@dataclass(frozen=True, slots=True)
class Price:
    """A project's own price, and when it was set."""

    override: Override
    created_ns: int


def set_prices(
    catalog: Catalog, project: str, overrides: Sequence[Override], clock: Clock = SYSTEM
) -> list[Price]:
    """Set prices, each in the place of the one for the same provider and model.

    Raises:
        NotFoundError: there is no such project.
        InvalidError: a name cannot be, or the project would have too many.
    """
    get_project(catalog, project)
    for each in overrides:
        _check(each)
    now_ns = clock.now_ns()
    with catalog.writing() as session:
        query = select(PriceRow.provider, PriceRow.model).where(PriceRow.project == project)
        known = {(provider, model) for provider, model in session.execute(query)}
        if len(known | {(each.provider, each.model) for each in overrides}) > MAX_PRICES:
            raise InvalidError(f"project {project} would have more than {MAX_PRICES} prices of its own")
        for each in overrides:
            session.merge(
                PriceRow(
                    project=project,
                    provider=each.provider,
                    model=each.model,
                    rates=to_json(each.rates),
                    created_ns=now_ns,
                )
            )
    return [Price(each, now_ns) for each in overrides]


def list_prices(catalog: Catalog, project: str) -> list[Price]:
    """All prices of a project by model and provider."""
    with catalog.reading() as session:
        query = (
            select(PriceRow).where(PriceRow.project == project).order_by(PriceRow.model, PriceRow.provider)
        )
        return [_price(row) for row in session.scalars(query)]


def remove_price(catalog: Catalog, project: str, provider: str, model: str) -> None:
    """Remove the price of exactly this provider and model, or pattern. Raises NotFoundError."""
    with catalog.writing() as session:
        found = session.execute(
            delete(PriceRow).where(
                PriceRow.project == project, PriceRow.provider == provider, PriceRow.model == model
            )
        )
        if not getattr(found, "rowcount", 0):
            raise NotFoundError(f"project {project} has no price of its own for {model[:200]!r}")


def overrides_of(catalog: Catalog, project: str) -> list[Override]:
    """A project's own prices, for the writer. Raises StoreError, to be tried again, without a catalog."""
    try:
        return [price.override for price in list_prices(catalog, project)]
    except SQLAlchemyError as error:
        # Spans priced without them would be wrong for good; the log holds what comes in meanwhile.
        raise StoreError("the catalog does not give the project's prices", retryable=True) from error


def _price(row: PriceRow) -> Price:
    return Price(Override(provider=row.provider, model=row.model, rates=from_json(row.rates)), row.created_ns)


def _check(override: Override) -> None:
    model, provider = override.model, override.provider
    if not (model.strip() == model and 0 < len(model) <= MAX_MODEL_LENGTH and model.isprintable()):
        raise InvalidError(f"{model[:40]!r} cannot name a model")
    if len(provider) > MAX_PROVIDER_LENGTH or not provider.isprintable():
        raise InvalidError(f"{provider[:40]!r} cannot name a provider")
