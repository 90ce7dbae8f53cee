"""Projects: who owns data."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fanlight.catalog.database import Catalog
from fanlight.catalog.tables import ProjectRow
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import ConflictError, NotFoundError
from fanlight.model.privacy import EVERYBODY, Privacy, change
from fanlight.model.project import check_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project. `retention_days` is None where the server's setting holds; `limits` are those of its own."""

    name: str
    display_name: str
    created_ns: int
    retention_days: int | None = None
    limits: Mapping[str, float] = field(default_factory=dict)
    privacy: Privacy = EVERYBODY


def list_projects(catalog: Catalog) -> list[Project]:
    """All projects, by name."""
    with catalog.reading() as session:
        return [_project(row) for row in session.scalars(select(ProjectRow).order_by(ProjectRow.name))]


def find_project(catalog: Catalog, name: str) -> Project | None:
    """The project of that name, or None."""
    with catalog.reading() as session:
        row = session.get(ProjectRow, name)
        return _project(row) if row else None


def get_project(catalog: Catalog, name: str) -> Project:
    """The project of that name. Raises NotFoundError."""
    found = find_project(catalog, name)
    if found is None:
        raise NotFoundError(f"no project {name[:128]!r}", hint="fanlight projects lists them")
    return found


def create_project(catalog: Catalog, name: str, *, display_name: str = "", clock: Clock = SYSTEM) -> Project:
    """A new project.

    Raises:
        InvalidError: the name cannot name a project.
        ConflictError: there is one of that name.
    """
    project = Project(name=check_name(name), display_name=display_name or name, created_ns=clock.now_ns())
    try:
        with catalog.writing() as session:
            session.add(
                ProjectRow(
                    name=project.name, display_name=project.display_name, created_ns=project.created_ns
                )
            )
    except IntegrityError:
        raise ConflictError(f"project {name!r} is there already") from None
    return project


def ensure_project(catalog: Catalog, name: str, *, clock: Clock = SYSTEM) -> None:
    """Make the project unless it is there. Two processes may do so at once.

    Called for every announced project, so what is known costs no question to the database.

    Raises:
        InvalidError: the name cannot name a project.
    """
    if name in catalog.known_projects:
        return
    if find_project(catalog, name) is None:
        with contextlib.suppress(ConflictError):  # another process was faster
            create_project(catalog, name, clock=clock)
    catalog.known_projects.add(name)


def read_privacy(kept: str | None) -> Privacy:
    """The settings that the catalog keeps as JSON."""
    return change(EVERYBODY, json.loads(kept)) if kept else EVERYBODY


def _project(row: ProjectRow) -> Project:
    return Project(
        name=row.name,
        display_name=row.display_name,
        created_ns=row.created_ns,
        retention_days=row.retention_days,
        limits=json.loads(row.limits or "{}"),
        privacy=read_privacy(row.privacy),
    )
