"""Secrets that projects declared: values to be masked in their telemetry, written and never read back.

Those of their agents' variables count too whose name or value says that they are one.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from sqlalchemy import Select, select
from sqlalchemy.exc import SQLAlchemyError

from fanlight.catalog.database import Catalog
from fanlight.catalog.projects import get_project
from fanlight.catalog.sealing import Keyring, Sealed
from fanlight.catalog.tables import AgentVariableRow, ProjectSecretRow
from fanlight.catalog.variables import NAME, Variable, about_secret, about_variable
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import ConfigError, InvalidError, NotFoundError, StoreError
from fanlight.redact.names import is_secret

logger = logging.getLogger("fanlight.catalog")

MOST = 200
SHORTEST, LONGEST = 8, 16_384

Stamp = tuple[object, ...]
"""Another one when any secret or variable has changed."""

_SECRET = (ProjectSecretRow.project, ProjectSecretRow.name)
_VARIABLE = (AgentVariableRow.project, AgentVariableRow.agent, AgentVariableRow.name)
_STAMPS = (
    select(*_SECRET, ProjectSecretRow.updated_ns, ProjectSecretRow.key_id).order_by(*_SECRET),
    select(*_VARIABLE, AgentVariableRow.updated_ns, AgentVariableRow.key_id).order_by(*_VARIABLE),
)


def list_secrets(catalog: Catalog, project: str) -> list[Variable]:
    """The secrets of a project by name, without their values. Raises NotFoundError."""
    get_project(catalog, project)
    with catalog.reading() as session:
        return [
            Variable(name=row.name, updated_ns=row.updated_ns, updated_by=row.updated_by)
            for row in session.scalars(_of(project))
        ]


def declare_secrets(
    catalog: Catalog,
    keyring: Keyring,
    project: str,
    values: Mapping[str, str],
    *,
    by: str,
    clock: Clock = SYSTEM,
) -> None:
    """Have values, by name, masked in everything that comes from now on, within 5 s.

    Raises:
        NotFoundError: there is no such project.
        InvalidError: a name or a value cannot be, or there are too many; none is declared then.
        ConfigError: the file of keys cannot be used.
    """
    for name, value in values.items():
        _check(name, value)
    get_project(catalog, project)
    with catalog.writing() as session:
        for name, value in values.items():
            sealed = keyring.seal(value, about=about_secret(project, name))
            session.merge(
                ProjectSecretRow(
                    project=project,
                    name=name,
                    sealed=sealed.content,
                    key_id=sealed.key_id,
                    updated_ns=clock.now_ns(),
                    updated_by=by,
                )
            )
        session.flush()
        if len(session.scalars(_of(project)).all()) > MOST:
            raise InvalidError(f"more than {MOST} secrets", hint="remove those that are no more")


def remove_secret(catalog: Catalog, project: str, name: str) -> None:
    """Mask a value no more. Raises NotFoundError."""
    with catalog.writing() as session:
        row = session.get(ProjectSecretRow, (project, name))
        if row is None:
            raise NotFoundError(
                f"project {project[:128]} has no secret {name[:128]!r}", hint="fanlight projects secrets list"
            )
        session.delete(row)


def stamp_of(catalog: Catalog) -> Stamp:
    """What tells that a secret was declared, changed or removed. Raises StoreError.

    Of each there is when: the newest of all would not tell of one that was set after the clock fell back.
    """
    try:
        with catalog.reading() as session:
            return tuple(tuple(row) for query in _STAMPS for row in session.execute(query).all())
    except SQLAlchemyError as error:
        raise StoreError(f"the catalog cannot be read: {error}", retryable=True) from error


def open_secrets(catalog: Catalog, keyring: Keyring) -> dict[str, list[str]]:
    """The values of every project, for what masks them and nobody else.

    One that cannot be opened is told of and left out. Raises StoreError.
    """
    found: dict[str, list[str]] = defaultdict(list)
    try:
        with catalog.reading() as session:
            for row in session.scalars(select(ProjectSecretRow)):
                found[row.project] += _opened(keyring, row, about_secret(row.project, row.name))
            for variable in session.scalars(select(AgentVariableRow)):
                values = _opened(keyring, variable, about_variable(variable))
                found[variable.project] += [each for each in values if is_secret(variable.name, each)]
    except SQLAlchemyError as error:
        raise StoreError(f"the catalog cannot be read: {error}", retryable=True) from error
    return {project: sorted(set(values)) for project, values in found.items() if values}


def _opened(keyring: Keyring, row: ProjectSecretRow | AgentVariableRow, about: str) -> Iterator[str]:
    try:
        yield keyring.open(Sealed(row.key_id, bytes(row.sealed)), about=about)
    except (ConfigError, OSError) as error:
        logger.error("a secret cannot be masked: %s", error)  # noqa: TRY400


def _check(name: str, value: str) -> None:
    if not NAME.fullmatch(name):
        raise InvalidError(
            f"{name[:60]!r} cannot name a secret", hint="letters, digits and _, no digit first"
        )
    if not SHORTEST <= len(value) <= LONGEST or not re.search(r"\S{6}", value):
        raise InvalidError(
            f"the value of {name} cannot be masked",
            hint=f"{SHORTEST} to {LONGEST:,} characters: a shorter one is a part of ordinary words",
        )


def _of(project: str) -> Select[ProjectSecretRow]:
    return select(ProjectSecretRow).where(ProjectSecretRow.project == project).order_by(ProjectSecretRow.name)
