"""How long the telemetry of each project is kept."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from fanlight.catalog.database import Catalog
from fanlight.catalog.tables import ProjectRow
from fanlight.errors import InvalidError, StoreError
from fanlight.model.retention import Retention

MOST_DAYS = 3_650


def put_retention(row: ProjectRow, days: int | None) -> None:
    """Keep a project's telemetry for so many days, 0 = for ever, None = as the server's setting says.

    What is older is removed within a day. What is stored already is not kept for longer than was said when
    it came.

    Raises InvalidError when it is more days than ten years have.
    """
    if days is not None and not 0 <= days <= MOST_DAYS:
        raise InvalidError(f"{days} days cannot be kept", hint=f"0 (for ever) to {MOST_DAYS}")
    row.retention_days = days


def retention_of(catalog: Catalog, default_days: int) -> Retention:
    """The settings of all projects. Raises StoreError when the catalog cannot be read."""
    query = select(ProjectRow.name, ProjectRow.retention_days)
    try:
        with catalog.reading() as session:
            own = {name: days for name, days in session.execute(query) if days is not None}
    except SQLAlchemyError as error:
        raise StoreError(f"the catalog cannot be read: {error}", retryable=True) from error
    return Retention(default_days, own)
