"""Keys: what a program presents instead of a login."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import select, update

from fanlight.catalog.database import Catalog
from fanlight.catalog.key_text import KeyText, make_key_text
from fanlight.catalog.projects import get_project
from fanlight.catalog.tables import KeyRow
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import InvalidError, NotFoundError

MAX_NAME_LENGTH = 200


class KeyScope(StrEnum):
    """What a key may do in its project."""

    INGEST = "ingest"
    READ = "read"
    EXECUTE = "execute"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of a project, without its secret. Times that have not come are None."""

    id: str
    project: str
    name: str
    scopes: frozenset[KeyScope]
    created_ns: int
    expires_ns: int | None = None
    used_ns: int | None = None
    revoked_ns: int | None = None
    limits: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """A key with the hash that a presented one must have."""

    key: Key
    sha256: bytes


def create_key(
    catalog: Catalog,
    project: str,
    *,
    name: str,
    scopes: Iterable[str] = (KeyScope.INGEST,),
    expires_ns: int | None = None,
    clock: Clock = SYSTEM,
) -> tuple[Key, KeyText]:
    """A new key of `project` and its text, which cannot be had again.

    Raises:
        NotFoundError: there is no such project.
        InvalidError: the name or the scopes cannot be used, or it would expire in the past.
    """
    get_project(catalog, project)
    text = make_key_text()
    key = Key(
        id=text.id,
        project=project,
        name=_check_name(name),
        scopes=_check_scopes(scopes),
        created_ns=clock.now_ns(),
        expires_ns=_check_expiry(expires_ns, clock),
    )
    with catalog.writing() as session:
        session.add(
            KeyRow(
                id=key.id,
                project=key.project,
                name=key.name,
                sha256=text.sha256(),
                scopes=" ".join(sorted(key.scopes)),
                created_ns=key.created_ns,
                expires_ns=key.expires_ns,
            )
        )
    return key, text


def list_keys(catalog: Catalog, project: str) -> list[Key]:
    """The keys of a project, revoked ones too, oldest first."""
    query = select(KeyRow).where(KeyRow.project == project).order_by(KeyRow.created_ns, KeyRow.id)
    with catalog.reading() as session:
        return [_key(row) for row in session.scalars(query)]


def find_key(catalog: Catalog, key_id: str) -> StoredKey | None:
    """The key of that id in whatever project, or None."""
    with catalog.reading() as session:
        row = session.get(KeyRow, key_id)
        return StoredKey(key=_key(row), sha256=row.sha256) if row else None


def revoke_key(catalog: Catalog, project: str, key_id: str, *, clock: Clock = SYSTEM) -> Key:
    """Revoke a key for good; revoking it again changes nothing.

    Raises:
        NotFoundError: the project has no such key.
    """
    with catalog.writing() as session:
        row = session.get(KeyRow, key_id)
        if row is None or row.project != project:
            raise NotFoundError(
                f"no key {key_id[:64]!r} in project {project}", hint="fanlight keys lists them"
            )
        if row.revoked_ns is None:
            row.revoked_ns = clock.now_ns()
        return _key(row)


def touch_key(catalog: Catalog, key_id: str, used_ns: int) -> None:
    """Note when a key was last used."""
    with catalog.writing() as session:
        session.execute(update(KeyRow).where(KeyRow.id == key_id).values(used_ns=used_ns))


def _check_name(name: str) -> str:
    if name.strip() and len(name) <= MAX_NAME_LENGTH:
        return name.strip()
    raise InvalidError(
        "a key needs a name", hint=f"say in up to {MAX_NAME_LENGTH} characters who or what will use it"
    )


def _check_scopes(scopes: Iterable[str]) -> frozenset[KeyScope]:
    try:
        found = frozenset(KeyScope(scope) for scope in scopes)
    except ValueError as error:
        raise InvalidError(f"{error}", hint="a key's scopes are ingest, read, execute and admin") from None
    if not found:
        raise InvalidError(
            "a key without a scope opens nothing", hint="give it ingest, read, execute or admin"
        )
    return found


def _check_expiry(expires_ns: int | None, clock: Clock) -> int | None:
    if expires_ns is not None and expires_ns <= clock.now_ns():
        raise InvalidError("the key would expire before it is made", hint="name a time to come")
    return expires_ns


def _key(row: KeyRow) -> Key:
    return Key(
        id=row.id,
        project=row.project,
        name=row.name,
        scopes=frozenset(KeyScope(scope) for scope in row.scopes.split()),
        created_ns=row.created_ns,
        expires_ns=row.expires_ns,
        used_ns=row.used_ns,
        revoked_ns=row.revoked_ns,
        limits=json.loads(row.limits or "{}"),
    )
