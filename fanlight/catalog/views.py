"""Views: what a page of Studio was asked, kept under a name for everybody in the project."""

from __future__ import annotations

import re

from sqlalchemy import delete, func, select

from fanlight.catalog.database import Catalog
from fanlight.catalog.projects import get_project
from fanlight.catalog.tables import ViewRow
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import InvalidError, NotFoundError

MAX_VIEWS = 500
MAX_NAME_LENGTH = 100
MAX_QUERY_LENGTH = 8_192
_PAGE = re.compile(r"[a-z][a-z-]{0,31}")


def set_view(
    catalog: Catalog, project: str, page: str, name: str, *, query: str, by: str, clock: Clock = SYSTEM
) -> ViewRow:
    """Keep `query` under a name, or put it in the place of what has that name on this page.

    Raises:
        NotFoundError: there is no such project.
        InvalidError: the page, the name or the query cannot be, or the project has its most views.
    """
    get_project(catalog, project)
    _check(page, name, query)
    row = ViewRow(
        project=project, page=page, name=name, query=query, updated_by=by, updated_ns=clock.now_ns()
    )
    with catalog.writing() as session:
        count = session.scalar(select(func.count()).where(ViewRow.project == project)) or 0
        if count >= MAX_VIEWS and session.get(ViewRow, (project, page, name)) is None:
            raise InvalidError(f"project {project} has {MAX_VIEWS} views", hint="remove one first")
        session.merge(row)
    return row


def list_views(catalog: Catalog, project: str) -> list[ViewRow]:
    """All views of a project, by page and name."""
    with catalog.reading() as session:
        query = select(ViewRow).where(ViewRow.project == project).order_by(ViewRow.page, ViewRow.name)
        return list(session.scalars(query))


def remove_view(catalog: Catalog, project: str, page: str, name: str) -> None:
    """Remove a view. Raises NotFoundError."""
    named = (ViewRow.project == project, ViewRow.page == page, ViewRow.name == name)
    with catalog.writing() as session:
        found = session.execute(delete(ViewRow).where(*named))
        if not getattr(found, "rowcount", 0):
            raise NotFoundError(f"no view {name[:200]!r} of {page[:32]} in project {project}")


def _check(page: str, name: str, query: str) -> None:
    if not _PAGE.fullmatch(page):
        raise InvalidError(f"{page[:40]!r} is no page", hint="the name of a page of Studio, such as runs")
    fits = 0 < len(name) <= MAX_NAME_LENGTH and name.isprintable() and "/" not in name
    if not fits or name.strip() != name:
        hint = f"use 1 to {MAX_NAME_LENGTH} printable characters without a slash"
        raise InvalidError(f"{name[:40]!r} cannot name a view", hint=hint)
    if len(query) > MAX_QUERY_LENGTH or not query.isprintable() or query.startswith("?"):
        hint = f"what follows the question mark of the page's address, up to {MAX_QUERY_LENGTH:,} characters"
        raise InvalidError("this cannot be the query of a view", hint=hint)
