"""Secrets that work once: the set-up token, invites, the codes with which a terminal signs in."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select, update

from fanlight.catalog.database import Catalog
from fanlight.catalog.logins import hash_token
from fanlight.catalog.tables import OneTimeRow
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import NotFoundError


class Purpose(StrEnum):
    """What a secret is for."""

    SETUP = "setup"
    INVITE = "invite"
    DEVICE = "device"
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTime:
    """A secret, without itself. `used_ns` is None while it can be used."""

    id: str
    purpose: Purpose
    project: str | None
    data: Mapping[str, Any]
    created_ns: int
    expires_ns: int
    used_ns: int | None = None


def make_one_time(
    catalog: Catalog,
    purpose: Purpose,
    *,
    lasts_s: float,
    project: str | None = None,
    data: Mapping[str, Any] | None = None,
    token: str | None = None,
    clock: Clock = SYSTEM,
) -> tuple[OneTime, str]:
    """A new secret and its token, which cannot be had again. Those that are over are forgotten."""
    token, now = token or secrets.token_urlsafe(32), clock.now_ns()
    row = OneTimeRow(
        sha256=hash_token(token),
        id=secrets.token_hex(8),
        purpose=purpose,
        project=project,
        data=json.dumps(dict(data or {})),
        created_ns=now,
        expires_ns=now + int(lasts_s * 1e9),
    )
    with catalog.writing() as session:
        session.execute(delete(OneTimeRow).where(OneTimeRow.expires_ns <= now))
        session.add(row)
        return _one_time(row), token


def find_one_time(catalog: Catalog, purpose: Purpose, token: str, *, clock: Clock = SYSTEM) -> OneTime | None:
    """What a token stands for, while it can be used; it is not used up by this."""
    with catalog.reading() as session:
        row = session.get(OneTimeRow, hash_token(token))
        if (
            row is None
            or row.purpose != purpose
            or row.used_ns is not None
            or row.expires_ns <= clock.now_ns()
        ):
            return None
        return _one_time(row)


def use_one_time(catalog: Catalog, purpose: Purpose, token: str, *, clock: Clock = SYSTEM) -> OneTime | None:
    """Use a token up; None when it never was one, is over, or was used before. Of two at once one gets it."""
    now = clock.now_ns()
    with catalog.writing() as session:
        taken = session.execute(
            update(OneTimeRow)
            .where(
                OneTimeRow.sha256 == hash_token(token),
                OneTimeRow.purpose == purpose,
                OneTimeRow.used_ns.is_(None),
                OneTimeRow.expires_ns > now,
            )
            .values(used_ns=now)
        )
        if not taken.rowcount:  # type: ignore[attr-defined]
            return None
        row = session.get(OneTimeRow, hash_token(token))
        return _one_time(row) if row else None


def use_invites(catalog: Catalog, email: str, *, clock: Clock = SYSTEM) -> list[OneTime]:
    """Use up all invites that wait for an address; the newest last."""
    now = clock.now_ns()
    waiting = (
        select(OneTimeRow)
        .where(
            OneTimeRow.purpose == Purpose.INVITE, OneTimeRow.used_ns.is_(None), OneTimeRow.expires_ns > now
        )
        .order_by(OneTimeRow.created_ns)
    )
    with catalog.writing() as session:
        found = [row for row in session.scalars(waiting) if json.loads(row.data).get("email") == email]
        for row in found:
            row.used_ns = now
        return [_one_time(row) for row in found]


def list_one_time(catalog: Catalog, purpose: Purpose, *, project: str | None = None) -> list[OneTime]:
    """Secrets of a kind, newest first."""
    query = select(OneTimeRow).where(OneTimeRow.purpose == purpose).order_by(OneTimeRow.created_ns.desc())
    if project is not None:
        query = query.where(OneTimeRow.project == project)
    with catalog.reading() as session:
        return [_one_time(row) for row in session.scalars(query)]


def drop_one_time(catalog: Catalog, purpose: Purpose, id_: str, *, project: str | None = None) -> OneTime:
    """Make a secret useless. Raises NotFoundError."""
    with catalog.writing() as session:
        row = session.scalar(select(OneTimeRow).where(OneTimeRow.id == id_, OneTimeRow.purpose == purpose))
        if row is None or row.project != project:
            raise NotFoundError(f"no {purpose} {id_[:64]!r}")
        session.delete(row)
        return _one_time(row)


def _one_time(row: OneTimeRow) -> OneTime:
    return OneTime(
        id=row.id,
        purpose=Purpose(row.purpose),
        project=row.project,
        data=json.loads(row.data),
        created_ns=row.created_ns,
        expires_ns=row.expires_ns,
        used_ns=row.used_ns,
    )
