"""The settings of a project, changed together: all of a change holds, or nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from fanlight.catalog.database import Catalog
from fanlight.catalog.limits import put_limits
from fanlight.catalog.privacy import put_privacy
from fanlight.catalog.projects import Project, get_project
from fanlight.catalog.retention import put_retention
from fanlight.catalog.tables import ProjectRow


def set_project(catalog: Catalog, name: str, changes: Mapping[str, Any]) -> Project:
    """Change what `changes` names of a project: `display_name`, `retention_days`, `limits`, `privacy`.

    Raises:
        NotFoundError: there is no such project.
        InvalidError: one of the settings cannot be; none has changed then.
    """
    get_project(catalog, name)
    with catalog.writing() as session:
        row = session.get_one(ProjectRow, name)
        for field, value in changes.items():
            _PUT[field](row, value)
    return get_project(catalog, name)


def _put_display_name(row: ProjectRow, display_name: str | None) -> None:
    """What people read; its name stays."""
    row.display_name = display_name or row.display_name


_PUT: Mapping[str, Callable[[ProjectRow, Any], None]] = MappingProxyType(
    {
        "display_name": _put_display_name,
        "retention_days": put_retention,
        "limits": put_limits,
        "privacy": put_privacy,
    }
)
