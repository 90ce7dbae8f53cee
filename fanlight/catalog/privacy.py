"""What projects keep out of their telemetry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from fanlight.catalog.database import Catalog
from fanlight.catalog.projects import read_privacy
from fanlight.catalog.tables import ProjectRow
from fanlight.errors import StoreError
from fanlight.model.privacy import EVERYBODY, Privacy, change
from fanlight.redact.patterns import check_pattern


def put_privacy(row: ProjectRow, changes: Mapping[str, Any]) -> None:
    """Change the fields of a project's privacy that `changes` names; what came before stays as it came.

    Raises InvalidError when a kind, or a pattern, cannot be.
    """
    for name, pattern in (changes.get("patterns") or {}).items():
        if pattern is not None:
            check_pattern(name, pattern)
    wanted = change(read_privacy(row.privacy), changes)
    row.privacy = None if wanted == EVERYBODY else json.dumps(asdict(wanted), sort_keys=True)


def privacy_of(catalog: Catalog) -> dict[str, Privacy]:
    """The settings of the projects that have some. Raises StoreError when the catalog cannot be read."""
    query = select(ProjectRow.name, ProjectRow.privacy).where(ProjectRow.privacy.is_not(None))
    try:
        with catalog.reading() as session:
            return {name: read_privacy(kept) for name, kept in session.execute(query)}
    except SQLAlchemyError as error:
        raise StoreError(f"the catalog cannot be read: {error}", retryable=True) from error
