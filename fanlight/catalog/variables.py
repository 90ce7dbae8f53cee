"""Environment variables of agents: written, never read back by anybody but the one who starts the agent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, select

from fanlight.catalog.database import Catalog
from fanlight.catalog.sealing import Keyring, Sealed
from fanlight.catalog.tables import AgentVariableRow, ProjectSecretRow
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import InvalidError, NotFoundError

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
MOST = 200
MOST_CHARACTERS = 32_768
_LOADER = re.compile(r"(LD_|DYLD_|FANLIGHT_|PYTHON(PATH|HOME|STARTUP)$|NODE_OPTIONS$|PATH$)")
"""What would change which program runs, or belongs to the runner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable without its value."""

    name: str
    updated_ns: int
    updated_by: str


def check_variables(values: Mapping[str, str]) -> None:
    """Raises InvalidError unless a process can be given these variables.

    Example:
        >>> check_variables({"LD_PRELOAD": "/tmp/x.so"})
        Traceback (most recent call last):
        fanlight.errors.InvalidError: LD_PRELOAD is not for an agent to be given; ...
    """
    if len(values) > MOST:
        raise InvalidError(f"{len(values)} variables", hint=f"an agent has at most {MOST}")
    for name, value in values.items():
        if not NAME.fullmatch(name):
            raise InvalidError(
                f"{name[:60]!r} cannot name a variable", hint="letters, digits and _, no digit first"
            )
        if _LOADER.match(name):
            raise InvalidError(f"{name} is not for an agent to be given", hint="give it another name")
        if len(value) > MOST_CHARACTERS or "\0" in value:
            raise InvalidError(
                f"the value of {name} cannot be that of a variable",
                hint=f"up to {MOST_CHARACTERS:,} characters, none of them NUL",
            )


def list_variables(catalog: Catalog, project: str, agent: str) -> list[Variable]:
    """The variables of an agent by name, without their values."""
    with catalog.reading() as session:
        return [_variable(row) for row in session.scalars(_of(project, agent))]


def set_variables(
    catalog: Catalog,
    keyring: Keyring,
    project: str,
    agent: str,
    values: Mapping[str, str],
    *,
    by: str,
    clock: Clock = SYSTEM,
) -> list[Variable]:
    """Set variables, new or again; those that are not named stay. All of the agent's, afterwards.

    Raises:
        InvalidError: a name or a value cannot be used, or there would be too many.
        ConfigError: the file of keys cannot be used.
    """
    check_variables(values)
    with catalog.writing() as session:
        # Sealed inside the transaction: a change of the key comes wholly before it, or wholly after.
        for name, value in values.items():
            sealed = keyring.seal(value, about=_about(project, agent, name))
            session.merge(
                AgentVariableRow(
                    project=project,
                    agent=agent,
                    name=name,
                    sealed=sealed.content,
                    key_id=sealed.key_id,
                    updated_ns=clock.now_ns(),
                    updated_by=by,
                )
            )
        session.flush()
        rows = session.scalars(_of(project, agent)).all()
        if len(rows) > MOST:
            raise InvalidError(f"{len(rows)} variables", hint=f"an agent has at most {MOST}")
        return [_variable(row) for row in rows]


def remove_variable(catalog: Catalog, project: str, agent: str, name: str) -> None:
    """Forget a variable. Raises NotFoundError."""
    with catalog.writing() as session:
        row = session.get(AgentVariableRow, (project, agent, name))
        if row is None:
            raise NotFoundError(
                f"agent {agent[:200]!r} has no variable {name[:128]!r}", hint="fanlight agents env list"
            )
        session.delete(row)


def open_variables(catalog: Catalog, keyring: Keyring, project: str, agent: str) -> dict[str, str]:
    """The variables with their values, for the process of a run and nobody else. Raises ConfigError."""
    with catalog.reading() as session:
        return {
            row.name: keyring.open(
                Sealed(row.key_id, bytes(row.sealed)), about=_about(project, agent, row.name)
            )
            for row in session.scalars(_of(project, agent))
        }


def rotate(catalog: Catalog, keyring: Keyring) -> int:
    """Make a new key, seal every variable and declared secret with it, and forget the old keys. How many.

    A crash in between leaves both keys, and every value can be read.

    Raises:
        ConfigError: a value cannot be opened; nothing has changed then.
    """
    with catalog.writing() as session:
        rows: list[tuple[AgentVariableRow | ProjectSecretRow, str]] = [
            *((row, about_variable(row)) for row in session.scalars(select(AgentVariableRow))),
            *(
                (row, about_secret(row.project, row.name))
                for row in session.scalars(select(ProjectSecretRow))
            ),
        ]
        known = [keyring.open(Sealed(row.key_id, bytes(row.sealed)), about=about) for row, about in rows]
        key_id = keyring.add()
        for (row, about), value in zip(rows, known, strict=True):
            sealed = keyring.seal(value, about=about)
            row.sealed, row.key_id = sealed.content, sealed.key_id
    keyring.keep(key_id)
    return len(rows)


def about_variable(row: AgentVariableRow) -> str:
    """What a variable's value is sealed as the value of."""
    return _about(row.project, row.agent, row.name)


def about_secret(project: str, name: str) -> str:
    """What a declared secret is sealed as the value of; no agent is without a name."""
    return _about(project, "", name)


def _of(project: str, agent: str) -> Select[AgentVariableRow]:
    return (
        select(AgentVariableRow)
        .where(AgentVariableRow.project == project, AgentVariableRow.agent == agent)
        .order_by(AgentVariableRow.name)
    )


def _about(project: str, agent: str, name: str) -> str:
    return f"{project}/{agent}/{name}"


def _variable(row: AgentVariableRow) -> Variable:
    return Variable(name=row.name, updated_ns=row.updated_ns, updated_by=row.updated_by)
