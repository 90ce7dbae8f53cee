"""Logins: the sessions of those who signed in. Each has a token, of which only the hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from fanlight.catalog.database import Catalog
from fanlight.catalog.tables import LoginRow, PersonRow
from fanlight.clock import SYSTEM, Clock

DAY_NS = 86_400 * 10**9
IDLE_NS = DAY_NS // 2
LONGEST_NS = 7 * DAY_NS
TERMINAL_NS = 90 * DAY_NS
OVERLAP_NS = 60 * 10**9
"""For so long a replaced token still counts: a browser's other requests were on their way with it."""


class LoginKind(StrEnum):
    """Where somebody signed in: a browser's login ends when it is idle, a terminal's lasts."""

    BROWSER = "browser"
    TERMINAL = "terminal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A session. `label` says where: the browser or the machine; `is_due` = its token is to be replaced."""

    id: str
    person_id: str
    kind: LoginKind
    label: str
    created_ns: int
    used_ns: int
    expires_ns: int
    is_due: bool = False


def hash_token(token: str) -> bytes:
    """What is kept of a token: it has 256 random bits, so a fast hash is as good as a slow one."""
    return hashlib.sha256(token.encode()).digest()


def start_login(
    catalog: Catalog, person_id: str, kind: LoginKind, *, label: str = "", clock: Clock = SYSTEM
) -> tuple[Login, str]:
    """A new login and its token, which cannot be had again."""
    token, now = f"fls_{secrets.token_urlsafe(32)}", clock.now_ns()
    expires_ns = now + (LONGEST_NS if kind is LoginKind.BROWSER else TERMINAL_NS)
    row = LoginRow(
        sha256=hash_token(token),
        id=secrets.token_hex(8),
        person=person_id,
        kind=kind,
        label=label[:200],
        created_ns=now,
        used_ns=now,
        expires_ns=expires_ns,
    )
    with catalog.writing() as session:
        session.execute(delete(LoginRow).where(LoginRow.expires_ns <= now))
        session.add(row)
        return _login(row), token


def find_login(catalog: Catalog, sha256: bytes, *, clock: Clock = SYSTEM) -> Login | None:
    """The login of a token, while it lasts and its person may sign in."""
    now = clock.now_ns()
    query = (
        select(LoginRow)
        .join(PersonRow, PersonRow.id == LoginRow.person)
        .where(
            or_(
                LoginRow.sha256 == sha256,
                and_(LoginRow.before == sha256, LoginRow.before_until_ns > now),
            ),
            LoginRow.expires_ns > now,
            PersonRow.disabled_ns.is_(None),
        )
    )
    with catalog.reading() as session:
        row = session.scalar(query)
        if row is None or (row.kind == LoginKind.BROWSER and row.used_ns + IDLE_NS <= now):
            return None
        return _login(row)


def renew_login(catalog: Catalog, sha256: bytes, *, clock: Clock = SYSTEM) -> str | None:
    """A new token in the place of the one with this hash, if it is due; None when it has one already."""
    token, now = f"fls_{secrets.token_urlsafe(32)}", clock.now_ns()
    query = (
        update(LoginRow)
        .where(LoginRow.sha256 == sha256, LoginRow.is_due)
        .values(sha256=hash_token(token), before=sha256, before_until_ns=now + OVERLAP_NS, is_due=False)
    )
    with catalog.writing() as session:
        return token if session.execute(query).rowcount else None  # type: ignore[attr-defined]


def has_login(catalog: Catalog, login_id: str, *, clock: Clock = SYSTEM) -> bool:
    """Whether a login that was found before goes on."""
    with catalog.reading() as session:
        row = session.scalar(select(LoginRow).where(LoginRow.id == login_id))
        return row is not None and row.expires_ns > clock.now_ns()


def list_logins(catalog: Catalog, person_id: str) -> list[Login]:
    """A person's logins, newest first."""
    query = select(LoginRow).where(LoginRow.person == person_id).order_by(LoginRow.created_ns.desc())
    with catalog.reading() as session:
        return [_login(row) for row in session.scalars(query)]


def touch_login(catalog: Catalog, login_id: str, used_ns: int) -> None:
    """Note that a login was used."""
    with catalog.writing() as session:
        session.execute(update(LoginRow).where(LoginRow.id == login_id).values(used_ns=used_ns))


def end_login(catalog: Catalog, login_id: str) -> None:
    """End one login."""
    with catalog.writing() as session:
        session.execute(delete(LoginRow).where(LoginRow.id == login_id))


def end_logins(catalog: Catalog, person_id: str, *, but: str | None = None) -> int:
    """End all logins of a person, except `but`; how many there were."""
    query = delete(LoginRow).where(LoginRow.person == person_id, LoginRow.id != (but or ""))
    with catalog.writing() as session:
        return int(session.execute(query).rowcount)  # type: ignore[attr-defined]


def end_login_of(catalog: Catalog, token: str) -> None:
    """End the login of a token, whoever's it is: somebody signs in where it was used."""
    with catalog.writing() as session:
        session.execute(delete(LoginRow).where(LoginRow.sha256 == hash_token(token)))


def make_due(session: Session, person_id: str) -> None:
    """Within a change of somebody's role: their browsers get new tokens, none of before keeps on."""
    query = update(LoginRow).where(LoginRow.person == person_id, LoginRow.kind == LoginKind.BROWSER)
    session.execute(query.values(is_due=True))


def _login(row: LoginRow) -> Login:
    return Login(
        id=row.id,
        person_id=row.person,
        kind=LoginKind(row.kind),
        label=row.label,
        created_ns=row.created_ns,
        used_ns=row.used_ns,
        expires_ns=row.expires_ns,
        is_due=row.is_due,
    )
