"""Who may what in a project of a guarded server, written into its catalog before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fanlight.catalog.database import open_catalog
from fanlight.catalog.keys import KeyScope, create_key
from fanlight.catalog.logins import LoginKind, start_login
from fanlight.catalog.members import set_role
from fanlight.catalog.people import add_person
from fanlight.catalog.projects import create_project
from fanlight.cli.demo.server import DemoServer

NO_KEYS: Mapping[str, KeyScope] = {}
GUARDED = "guarded"
"""The project of the server that asks who comes."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """That server, and tokens: of people by their roles there, and of its key `room`."""

    server: DemoServer
    tokens: Mapping[str, str]


def register(
    data: Path, project: str, roles: Mapping[str, str | None], *, keys: Mapping[str, KeyScope] = NO_KEYS
) -> dict[str, str]:
    """Make the project in the data directory; the tokens of people by address, and of keys by name.

    `roles` has everybody's role in the project, None for who is no member; the first administers the server.
    """
    catalog = open_catalog("", data)
    create_project(catalog, project)
    tokens = {}
    for email, role in roles.items():
        person = add_person(catalog, email)
        if role is not None:
            set_role(catalog, project, email, role)
        tokens[email] = start_login(catalog, person.id, LoginKind.TERMINAL)[1]
    for name, scope in keys.items():
        tokens[name] = create_key(catalog, project, name=name, scopes=[scope])[1].reveal()
    catalog.close()
    return tokens
