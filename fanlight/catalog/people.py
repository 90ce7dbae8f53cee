"""People: who can sign in."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from fanlight.catalog.database import Catalog
from fanlight.catalog.tables import MemberRow, PersonRow, ProjectRow
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import ConflictError, InvalidError, NotFoundError

OWNER = "owner"
_ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,253}[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can sign in. `disabled_ns` is None for whoever still may."""

    id: str
    email: str
    name: str
    is_admin: bool
    has_password: bool
    created_ns: int
    disabled_ns: int | None = None


def normal_email(text: str) -> str:
    """The one form of an e-mail address under which a person is known.

    Raises:
        InvalidError: it is no address, or has letters that look like others: only ASCII is taken.

    Example:
        >>> normal_email(" Ann@Example.ORG ")
        'ann@example.org'
        >>> normal_email("аnn@example.org")  # its first letter is Cyrillic
        Traceback (most recent call last):
        fanlight.errors.InvalidError: ...
    """
    address = unicodedata.normalize("NFC", text).strip().lower()
    if not _ADDRESS.fullmatch(address):
        raise InvalidError(
            f"{text[:80]!a} is no e-mail address that can be used", hint="plain ASCII, as in ann@example.org"
        )
    return address


def has_people(catalog: Catalog) -> bool:
    """Whether anybody is registered: from then on the server is guarded."""
    with catalog.reading() as session:
        return session.scalar(select(PersonRow.id).limit(1)) is not None


def add_person(
    catalog: Catalog,
    email: str,
    *,
    name: str = "",
    password: str | None = None,
    is_admin: bool = False,
    clock: Clock = SYSTEM,
) -> Person:
    """A new person; `password` is its argon2id hash, never the password itself.

    The first person is an administrator and owns all projects that there are.

    Raises:
        InvalidError: the address cannot be used.
        ConflictError: somebody has it already.
    """
    address, now = normal_email(email), clock.now_ns()
    try:
        with catalog.writing() as session:
            is_first = session.scalar(select(func.count()).select_from(PersonRow)) == 0
            row = PersonRow(
                id=secrets.token_hex(8),
                email=address,
                name=name.strip() or address.partition("@")[0],
                password=password,
                is_admin=is_admin or is_first,
                created_ns=now,
            )
            session.add(row)
            session.flush()
            if is_first:
                for project in session.scalars(select(ProjectRow.name)):
                    session.add(MemberRow(project=project, person=row.id, role=OWNER, created_ns=now))
            return person_of(row)
    except IntegrityError:
        raise ConflictError(f"{address} is registered already") from None


def list_people(catalog: Catalog) -> list[Person]:
    """Everybody, by address."""
    with catalog.reading() as session:
        return [person_of(row) for row in session.scalars(select(PersonRow).order_by(PersonRow.email))]


def find_person(catalog: Catalog, email: str) -> tuple[Person, str | None] | None:
    """The person of that address with the hash of their password; None for a stranger."""
    with catalog.reading() as session:
        row = session.scalar(select(PersonRow).where(PersonRow.email == email))
        return (person_of(row), row.password) if row else None


def get_person(catalog: Catalog, person_id: str) -> Person:
    """The person of that id. Raises NotFoundError."""
    with catalog.reading() as session:
        row = session.get(PersonRow, person_id)
        if row is None:
            raise NotFoundError(f"no person {person_id[:64]!r}", hint="fanlight people lists them")
        return person_of(row)


def set_password(catalog: Catalog, person_id: str, password: str) -> None:
    """Keep another hash of a password. Raises NotFoundError."""
    with catalog.writing() as session:
        row = session.get(PersonRow, person_id)
        if row is None:
            raise NotFoundError(f"no person {person_id[:64]!r}")
        row.password = password


def disable_person(catalog: Catalog, person_id: str, *, clock: Clock = SYSTEM) -> Person:
    """Keep a person from signing in. The last administrator stays.

    Raises:
        NotFoundError: there is no such person.
        ConflictError: nobody could administer the server after that.
    """
    with catalog.writing() as session:
        row = session.get(PersonRow, person_id)
        if row is None:
            raise NotFoundError(f"no person {person_id[:64]!r}", hint="fanlight people lists them")
        if row.is_admin and row.disabled_ns is None:
            others = select(func.count()).where(
                PersonRow.is_admin, PersonRow.disabled_ns.is_(None), PersonRow.id != person_id
            )
            if not session.scalar(others):
                raise ConflictError(
                    f"{row.email} is the last administrator", hint="make another person one first"
                )
        row.disabled_ns = row.disabled_ns or clock.now_ns()
        return person_of(row)


def person_of(row: PersonRow) -> Person:
    """A person as they stand in the table."""
    return Person(
        id=row.id,
        email=row.email,
        name=row.name,
        is_admin=row.is_admin,
        has_password=row.password is not None,
        created_ns=row.created_ns,
        disabled_ns=row.disabled_ns,
    )
