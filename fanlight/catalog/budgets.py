"""Budgets of a project, as people set them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from sqlalchemy import delete, select

from fanlight.catalog.database import Catalog
from fanlight.catalog.projects import get_project
from fanlight.catalog.tables import BudgetRow
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import InvalidError, NotFoundError
from fanlight.model.budget import BudgetScope, Period, Unit

MAX_NAME_LENGTH = 200
MAX_BUDGETS = 200
RESERVED = frozenset({"verdict", "standings"})
"""Names that are paths of the API."""

PLACES = 12
MAX_LIMIT = Decimal(10) ** 18


def set_budget(
    catalog: Catalog,
    project: str,
    name: str,
    *,
    scope: BudgetScope,
    subject: str,
    period: Period,
    unit: Unit,
    limit: str,
    clock: Clock = SYSTEM,
) -> BudgetRow:
    """Make a budget, or put this in the place of the one of that name.

    Raises:
        NotFoundError: there is no such project.
        InvalidError: a name, subject or limit cannot be, or the project has its most budgets.
    """
    get_project(catalog, project)
    _check_name(name)
    _check_subject(scope, subject)
    row = BudgetRow(
        project=project,
        name=name,
        scope=scope,
        subject=subject,
        period=period,
        unit=unit,
        amount=_check_limit(limit, unit),
        created_ns=clock.now_ns(),
    )
    with catalog.writing() as session:
        known = session.scalars(select(BudgetRow.name).where(BudgetRow.project == project)).all()
        if name not in known and len(known) >= MAX_BUDGETS:
            raise InvalidError(f"project {project} has {MAX_BUDGETS} budgets", hint="remove one first")
        session.merge(row)
    return get_budget(catalog, project, name)


def get_budget(catalog: Catalog, project: str, name: str) -> BudgetRow:
    """The budget of that name. Raises NotFoundError."""
    with catalog.reading() as session:
        row = session.get(BudgetRow, (project, name))
        if row is None:
            raise _unknown(project, name)
        return row


def list_budgets(catalog: Catalog, project: str) -> list[BudgetRow]:
    """All budgets of a project by name."""
    with catalog.reading() as session:
        query = select(BudgetRow).where(BudgetRow.project == project).order_by(BudgetRow.name)
        return list(session.scalars(query))


def remove_budget(catalog: Catalog, project: str, name: str) -> None:
    """Remove a budget. Raises NotFoundError."""
    with catalog.writing() as session:
        found = session.execute(delete(BudgetRow).where(BudgetRow.project == project, BudgetRow.name == name))
        if not getattr(found, "rowcount", 0):
            raise _unknown(project, name)


def _unknown(project: str, name: str) -> NotFoundError:
    return NotFoundError(f"no budget {name[:200]!r} in project {project}")


def _check_name(name: str) -> None:
    if name in RESERVED or not (
        name.strip() == name and 0 < len(name) <= MAX_NAME_LENGTH and name.isprintable() and "/" not in name
    ):
        raise InvalidError(
            f"{name[:40]!r} cannot name a budget",
            hint=f"use 1 to {MAX_NAME_LENGTH} printable characters without a slash, and none of"
            f" {', '.join(sorted(RESERVED))}",
        )


def _check_subject(scope: BudgetScope, subject: str) -> None:
    if (scope is BudgetScope.PROJECT) == bool(subject) or len(subject) > 1_024:
        raise InvalidError(
            f"a budget of scope {scope} with subject {subject[:40]!r} cannot be",
            hint="name the agent or the room; a budget of the whole project has no subject",
        )


def _check_limit(limit: str, unit: Unit) -> str:
    try:
        amount = Decimal(limit)
    except InvalidOperation:
        amount = Decimal("NaN")
    places = 0 if unit is Unit.TOKENS else PLACES
    is_possible = amount.is_finite() and 0 <= amount < MAX_LIMIT
    if not is_possible or int(amount.as_tuple().exponent) < -places:
        raise InvalidError(
            f"{limit[:40]!r} is no limit in {unit}", hint=f"a number from 0 up, with at most {places} places"
        )
    return f"{amount:f}"
