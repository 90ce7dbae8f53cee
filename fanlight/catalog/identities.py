"""Identities: people as an OpenID provider knows them."""

from __future__ import annotations

from sqlalchemy import select

from fanlight.catalog.database import Catalog
from fanlight.catalog.people import Person, person_of
from fanlight.catalog.tables import IdentityRow, PersonRow
from fanlight.errors import ConflictError


def find_or_link(catalog: Catalog, *, issuer: str, subject: str, email: str) -> Person | None:
    """The person of an identity, or the one with that verified address, who has the identity from then on.

    Raises:
        ConflictError: the person of that address comes from the provider as somebody else: addresses are
            given to others there, subjects are not.
    """
    with catalog.writing() as session:
        known = session.get(IdentityRow, (issuer, subject))
        if known is not None:
            row = session.get(PersonRow, known.person)
            return person_of(row) if row else None
        row = session.scalar(select(PersonRow).where(PersonRow.email == email))
        if row is None:
            return None
        other = select(IdentityRow).where(IdentityRow.issuer == issuer, IdentityRow.person == row.id)
        if session.scalar(other) is not None:
            raise ConflictError(f"{email} belongs to another identity there")
        session.add(IdentityRow(issuer=issuer, subject=subject, person=row.id))
        return person_of(row)
