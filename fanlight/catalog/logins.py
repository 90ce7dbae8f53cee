"""Logins: the sessions of those who signed in. Each has a token, of which only the hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, select, update

from fanlight.catalog.database import Catalog
from fanlight.catalog.tables import LoginRow, PersonRow
from fanlight.clock import SYSTEM, Clock

DAY_NS = 86_400 * 10**9
IDLE_NS = DAY_NS // 2
LONGEST_NS = 7 * DAY_NS
TERMINAL_NS = 90 * DAY_NS


class LoginKind(StrEnum):
    """Where somebody signed in: a browser's login ends when it is idle, a terminal's lasts."""

    BROWSER = "browser"
    TERMINAL = "terminal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A session. `label` says where: the browser or the machine."""

    id: str
    person_id: str
    kind: LoginKind
    label: str
    created_ns: int
    used_ns: int
    expires_ns: int


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
        .where(LoginRow.sha256 == sha256, LoginRow.expires_ns > now, PersonRow.disabled_ns.is_(None))
    )
    with catalog.reading() as session:
        row = session.scalar(query)
        if row is None or (row.kind == LoginKind.BROWSER and row.used_ns + IDLE_NS <= now):
            return None
        return _login(row)


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


def _login(row: LoginRow) -> Login:
    return Login(
        id=row.id,
        person_id=row.person,
        kind=LoginKind(row.kind),
        label=row.label,
        created_ns=row.created_ns,
        used_ns=row.used_ns,
        expires_ns=row.expires_ns,
    )
