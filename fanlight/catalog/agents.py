"""Agents: what ran, made on first use by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from fanlight.catalog.database import Catalog
from fanlight.catalog.tables import AgentRow
from fanlight.errors import NotFoundError

MAX_NAME_LENGTH = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An agent; its name is unique in its project."""

    project: str
    name: str
    first_seen_ns: int
    last_seen_ns: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """An agent was at work at `at_ns`."""

    name: str
    at_ns: int


def see_agents(catalog: Catalog, project: str, sightings: Iterable[Sighting]) -> None:
    """Make the agents that are new, and widen the time in which each was seen.

    Sightings may come in any order and more than once. A name too long for the catalog is cut.
    """
    seen: dict[str, tuple[int, int]] = {}
    for sighting in sightings:
        name = sighting.name[:MAX_NAME_LENGTH]
        first, last = seen.get(name, (sighting.at_ns, sighting.at_ns))
        seen[name] = min(first, sighting.at_ns), max(last, sighting.at_ns)
    if not seen:
        return
    with catalog.writing() as session:
        for name, (first, last) in seen.items():
            row = session.get(AgentRow, (project, name))
            if row is None:
                session.add(AgentRow(project=project, name=name, first_seen_ns=first, last_seen_ns=last))
            else:
                row.first_seen_ns = min(row.first_seen_ns, first)
                row.last_seen_ns = max(row.last_seen_ns, last)


def list_agents(catalog: Catalog, project: str, *, limit: int = 100, after: str = "") -> list[Agent]:
    """Up to `limit` agents by name, those behind the name `after`."""
    query = (
        select(AgentRow)
        .where(AgentRow.project == project, AgentRow.name > after)
        .order_by(AgentRow.name)
        .limit(limit)
    )
    with catalog.reading() as session:
        return [_agent(row) for row in session.scalars(query)]


def get_agent(catalog: Catalog, project: str, name: str) -> Agent:
    """The agent of that name. Raises NotFoundError."""
    with catalog.reading() as session:
        row = session.get(AgentRow, (project, name))
        if row is None:
            raise NotFoundError(f"no agent {name[:200]!r} in project {project}")
        return _agent(row)


def _agent(row: AgentRow) -> Agent:
    return Agent(
        project=row.project,
        name=row.name,
        first_seen_ns=row.first_seen_ns,
        last_seen_ns=row.last_seen_ns,
    )
