"""Members: which person has which role in a project."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fanlight.catalog.database import Catalog
from fanlight.catalog.logins import make_due
from fanlight.catalog.people import OWNER
from fanlight.catalog.tables import MemberRow, PersonRow, ProjectRow, RoomMemberRow
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import ConflictError, NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person in a project."""

    project: str
    person_id: str
    email: str
    name: str
    role: str
    created_ns: int


def list_members(catalog: Catalog, project: str) -> list[Member]:
    """The members of a project, by address."""
    query = (
        select(MemberRow, PersonRow)
        .join(PersonRow, PersonRow.id == MemberRow.person)
        .where(MemberRow.project == project)
        .order_by(PersonRow.email)
    )
    with catalog.reading() as session:
        return [member_of(member, person) for member, person in session.execute(query)]


def roles_of(catalog: Catalog, person_id: str) -> dict[str, str]:
    """The roles of a person, by project."""
    query = select(MemberRow.project, MemberRow.role).where(MemberRow.person == person_id)
    with catalog.reading() as session:
        return {row.project: row.role for row in session.execute(query)}


def set_role(
    catalog: Catalog, project: str, email: str, role: str, *, renews: bool = True, clock: Clock = SYSTEM
) -> Member:
    """Give a person that role in a project, whatever they were before. The last owner stays one.

    With `renews` their browsers get new tokens; who makes a project is given no right by somebody else.

    Raises:
        NotFoundError: there is no such project or person.
        ConflictError: the project would have no owner.
    """
    with catalog.writing() as session:
        if session.get(ProjectRow, project) is None:
            raise NotFoundError(f"no project {project[:128]!r}", hint="fanlight projects lists them")
        person = registered(session, email)
        row = session.get(MemberRow, (project, person.id))
        if row is None:
            row = MemberRow(project=project, person=person.id, role=role, created_ns=clock.now_ns())
            session.add(row)
        else:
            if role != OWNER:
                _check_other_owner(session, project, person.id)
            row.role = role
        if renews:
            make_due(session, person.id)
        return member_of(row, person)


def remove_member(catalog: Catalog, project: str, person_id: str) -> Member:
    """Take a person out of a project. The last owner stays.

    Raises:
        NotFoundError: they are no member.
        ConflictError: the project would have no owner.
    """
    with catalog.writing() as session:
        row, person = session.get(MemberRow, (project, person_id)), session.get(PersonRow, person_id)
        if row is None or person is None:
            raise NotFoundError(f"no member {person_id[:64]!r} in project {project}")
        _check_other_owner(session, project, person_id)
        session.delete(row)
        make_due(session, person.id)
        return member_of(row, person)


def _check_other_owner(session: Session, project: str, person_id: str) -> None:
    row = session.get(MemberRow, (project, person_id))
    if row is None or row.role != OWNER:
        return
    others = (
        select(func.count())
        .select_from(MemberRow)
        .join(PersonRow, PersonRow.id == MemberRow.person)
        .where(
            MemberRow.project == project,
            MemberRow.role == OWNER,
            MemberRow.person != person_id,
            PersonRow.disabled_ns.is_(None),
        )
    )
    if not session.scalar(others):
        raise ConflictError(f"project {project} would have no owner", hint="make another member one first")


def registered(session: Session, email: str) -> PersonRow:
    """Whoever is registered under an address. Raises NotFoundError."""
    person = session.scalar(select(PersonRow).where(PersonRow.email == email))
    if person is None:
        raise NotFoundError(f"nobody is registered as {email[:80]!r}", hint="invite them first")
    return person


def member_of(row: MemberRow | RoomMemberRow, person: PersonRow) -> Member:
    """A membership and its person, of a project or of one room."""
    return Member(
        project=row.project,
        person_id=person.id,
        email=person.email,
        name=person.name,
        role=row.role,
        created_ns=row.created_ns,
    )
