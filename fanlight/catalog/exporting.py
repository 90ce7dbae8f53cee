"""What the catalog holds of a project, without whatever opens a door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Table, select, tuple_
from sqlalchemy.orm import Session

from fanlight.catalog.database import Catalog
from fanlight.catalog.tables import Base, MemberRow, PersonRow

LEFT_OUT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "agent_variables": frozenset({"sealed", "key_id"}),
        "keys": frozenset({"sha256"}),
        "one_time": frozenset({"sha256", "data"}),
        "project_secrets": frozenset({"sealed", "key_id"}),
    }
)
"""Columns that nobody is given."""

OTHERWISE = frozenset({"members", "projects", "room_events"})
"""Told in their own way, or only on their way into the log."""


PAGE_ROWS = 20_000

_COLUMN: Mapping[str, str] = MappingProxyType({"projects": "name"})
"""Where a table names the project, if not in `project`."""


def tables() -> Iterator[str]:
    """The tables that are exported as they are: every one that names a project.

    Example:
        >>> sorted(tables())[:4]
        ['agent_variables', 'agent_versions', 'agents', 'audit']
    """
    for name, table in Base.metadata.tables.items():
        if "project" in table.columns and name not in OTHERWISE:
            yield name


def rows(catalog: Catalog, project: str) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """(table, rows) of a project, each row by column; bytes as hex. A large table comes in several pages.

    Each page is read by itself: whoever takes long over one keeps no transaction open, which would keep the
    journal from being forgotten, and with it what was erased.
    """
    for name in ("projects", *sorted(tables())):
        yield from ((name, page) for page in _pages(catalog, Base.metadata.tables[name], project))
    with catalog.reading() as session:
        members = _members(session, project)
    yield "members", members


def _pages(catalog: Catalog, table: Table, project: str) -> Iterator[list[Mapping[str, Any]]]:
    left_out = LEFT_OUT.get(table.name, frozenset())
    place = tuple(table.primary_key.columns)
    query = (
        select(table)
        .where(table.columns[_COLUMN.get(table.name, "project")] == project)
        .order_by(*place)
        .limit(PAGE_ROWS)
    )
    after = query
    while True:
        with catalog.reading() as session:
            found = [row._mapping for row in session.execute(after)]
        yield [{name: _plain(value) for name, value in row.items() if name not in left_out} for row in found]
        if len(found) < PAGE_ROWS:
            return
        after = query.where(tuple_(*place) > tuple_(*(found[-1][each.name] for each in place)))


def _members(session: Session, project: str) -> list[Mapping[str, Any]]:
    query = (
        select(PersonRow.email, PersonRow.name, MemberRow.role, MemberRow.created_ns)
        .join(PersonRow, PersonRow.id == MemberRow.person)
        .where(MemberRow.project == project)
        .order_by(PersonRow.email)
    )
    return [dict(row._mapping) for row in session.execute(query)]


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value
