"""The limits that projects and keys have of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from fanlight.catalog.database import Catalog
from fanlight.catalog.keys import Key, find_key
from fanlight.catalog.tables import KeyRow, ProjectRow
from fanlight.config import Config
from fanlight.errors import NotFoundError, StoreError
from fanlight.model.limits import TABLE, Limits, check_limits


def put_limits(row: ProjectRow, changes: Mapping[str, float | None]) -> None:
    """Give a project limits of its own; None takes one back to the server's, 0 is no limit.

    Raises InvalidError when a name or a number cannot be set.
    """
    row.limits = _changed(row.limits, check_limits(changes))


def set_key_limits(catalog: Catalog, project: str, key_id: str, changes: Mapping[str, float | None]) -> Key:
    """Give a key rates of its own, below its project's; None takes one away.

    Raises:
        NotFoundError: the project has no such key.
        InvalidError: a name or a number cannot be set.
    """
    wanted = check_limits(changes, of_key=True)
    with catalog.writing() as session:
        row = session.get(KeyRow, key_id)
        if row is None or row.project != project:
            raise NotFoundError(
                f"no key {key_id[:64]!r} in project {project}", hint="fanlight keys lists them"
            )
        row.limits = _changed(row.limits, wanted)
    found = find_key(catalog, key_id)
    assert found is not None  # keys are never removed
    return found.key


def limits_of(catalog: Catalog, config: Config) -> Limits:
    """The limits of everybody. Raises StoreError when the catalog cannot be read."""
    projects = select(ProjectRow.name, ProjectRow.limits).where(ProjectRow.limits.is_not(None))
    keys = select(KeyRow.id, KeyRow.limits).where(KeyRow.limits.is_not(None))
    try:
        with catalog.reading() as session:
            of_projects = {name: json.loads(own) for name, own in session.execute(projects) if own}
            of_keys = {key_id: json.loads(own) for key_id, own in session.execute(keys) if own}
    except SQLAlchemyError as error:
        raise StoreError(f"the catalog cannot be read: {error}", retryable=True) from error
    return Limits(server_limits(config), of_projects, of_keys)


def server_limits(config: Config) -> dict[str, float]:
    """What holds for whoever has nothing of their own."""
    return {limit.name: getattr(config, limit.name) for limit in TABLE}


def _changed(before: str | None, changes: Mapping[str, float | None]) -> str | None:
    own = {**json.loads(before or "{}"), **changes}
    kept = {name: value for name, value in own.items() if value is not None}
    return json.dumps(kept, sort_keys=True) if kept else None
