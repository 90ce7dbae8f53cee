"""Registered agents: published here, with their versions, so that they can be executed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from fanlight.catalog.agents import get_agent
from fanlight.catalog.database import Catalog
from fanlight.catalog.tables import AgentVersionRow, RegisteredAgentRow
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A published agent, as its newest version has it. `owner` is who published it first."""

    project: str
    id: str
    name: str
    owner: str
    version: str
    telemetry: tuple[str, ...]
    pricing: Mapping[str, Any]
    created_ns: int
    updated_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version. `folder` names the place of its source among the uploads."""

    agent: str
    version: str
    folder: str
    sha256: bytes
    published_by: str
    created_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What is published: the agent's definition as Charm's command sends it, and its source."""

    id: str
    name: str
    version: str
    definition: Mapping[str, Any]
    repository: Mapping[str, Any]
    folder: str
    sha256: bytes

    @property
    def telemetry(self) -> list[str]:
        """The exporters that the definition names."""
        runtime = self.definition.get("runtime")
        names = runtime.get("telemetry") if isinstance(runtime, dict) else None
        return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []

    @property
    def pricing(self) -> dict[str, Any]:
        """What the agent costs, in the definition's own words."""
        found = self.definition.get("pricing")
        return found if isinstance(found, dict) else {}


def publish(
    catalog: Catalog, project: str, what: Publication, *, by: str, clock: Clock = SYSTEM
) -> Registered:
    """Register an agent, or a version of it; the same version again replaces it."""
    now = clock.now_ns()
    with catalog.writing() as session:
        row = session.get(RegisteredAgentRow, (project, what.id))
        if row is None:
            row = RegisteredAgentRow(project=project, id=what.id, owner=by, created_ns=now)
            session.add(row)
        row.name, row.version, row.updated_ns = what.name, what.version, now
        row.telemetry, row.pricing = json.dumps(what.telemetry), json.dumps(what.pricing)
        session.flush()
        session.merge(
            AgentVersionRow(
                project=project,
                agent=what.id,
                version=what.version,
                folder=what.folder,
                sha256=what.sha256,
                definition=json.dumps(what.definition),
                repository=json.dumps(what.repository),
                published_by=by,
                created_ns=now,
            )
        )
        return _registered(row)


def find_registered(catalog: Catalog, agent_id: str) -> list[Registered]:
    """The agents of that id, one a project at most, the newest first."""
    query = (
        select(RegisteredAgentRow)
        .where(RegisteredAgentRow.id == agent_id)
        .order_by(RegisteredAgentRow.updated_ns.desc(), RegisteredAgentRow.project)
    )
    with catalog.reading() as session:
        return [_registered(row) for row in session.scalars(query)]


def find_by_name(catalog: Catalog, project: str, name: str) -> Registered | None:
    """The registered agent that runs under that name; the newest of several."""
    query = (
        select(RegisteredAgentRow)
        .where(RegisteredAgentRow.project == project, RegisteredAgentRow.name == name)
        .order_by(RegisteredAgentRow.updated_ns.desc())
        .limit(1)
    )
    with catalog.reading() as session:
        row = session.scalar(query)
        return _registered(row) if row else None


def exporters_listed(catalog: Catalog, project: str) -> dict[str, list[str]]:
    """The exporters that the published agents of a project list, each with the agents' names."""
    query = (
        select(RegisteredAgentRow)
        .where(RegisteredAgentRow.project == project)
        .order_by(RegisteredAgentRow.name)
    )
    listed: dict[str, list[str]] = {}
    with catalog.reading() as session:
        for agent in map(_registered, session.scalars(query)):
            for exporter in dict.fromkeys(agent.telemetry):
                listed.setdefault(exporter, []).append(agent.name)
    return listed


def check_agent(catalog: Catalog, project: str, name: str) -> None:
    """Raises NotFoundError unless an agent of that name was published in the project, or heard of."""
    if find_by_name(catalog, project, name) is None:
        get_agent(catalog, project, name)


def get_version(catalog: Catalog, agent: Registered, version: str) -> Version:
    """A version of an agent, or its newest by the name `latest`. Raises NotFoundError."""
    wanted = agent.version if version == "latest" else version
    with catalog.reading() as session:
        row = session.get(AgentVersionRow, (agent.project, agent.id, wanted))
        if row is None:
            raise NotFoundError(
                f"agent {agent.id} has no version {version[:128]!r}", hint=f"its newest is {agent.version}"
            )
        return _version(row)


def list_versions(catalog: Catalog, agent: Registered, limit: int = 100) -> list[Version]:
    """The versions that were published, the newest first."""
    query = (
        select(AgentVersionRow)
        .where(AgentVersionRow.project == agent.project, AgentVersionRow.agent == agent.id)
        .order_by(AgentVersionRow.created_ns.desc(), AgentVersionRow.version.desc())
        .limit(limit)
    )
    with catalog.reading() as session:
        return [_version(row) for row in session.scalars(query)]


def get_definition(catalog: Catalog, agent: Registered) -> Mapping[str, Any]:
    """The charm.yaml of an agent's newest version. Raises NotFoundError."""
    with catalog.reading() as session:
        row = session.get(AgentVersionRow, (agent.project, agent.id, agent.version))
        if row is None:
            raise NotFoundError(f"agent {agent.id} has no version {agent.version}", hint="publish it again")
        found = json.loads(row.definition)
        return found if isinstance(found, dict) else {}


def list_folders(catalog: Catalog) -> set[str]:
    """The folders that some version still has its source in."""
    with catalog.reading() as session:
        return set(session.scalars(select(AgentVersionRow.folder)))


def _registered(row: RegisteredAgentRow) -> Registered:
    return Registered(
        project=row.project,
        id=row.id,
        name=row.name,
        owner=row.owner,
        version=row.version,
        telemetry=tuple(json.loads(row.telemetry)),
        pricing=json.loads(row.pricing),
        created_ns=row.created_ns,
        updated_ns=row.updated_ns,
    )


def _version(row: AgentVersionRow) -> Version:
    return Version(
        agent=row.agent,
        version=row.version,
        folder=row.folder,
        sha256=bytes(row.sha256),
        published_by=row.published_by,
        created_ns=row.created_ns,
    )
