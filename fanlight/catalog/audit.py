"""The audit log: what was done, by whom, in a chain that no row can be changed in or taken out of unseen.

Each row's hash covers the row and the hash of the row before. Whoever keeps the newest hash elsewhere can
tell that rows were cut off the end, too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from fanlight.catalog.database import Catalog
from fanlight.catalog.tables import AuditRow
from fanlight.clock import SYSTEM, Clock

_BEGINNING = bytes(32)
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_PAGE = 1_000
MOST_DETAIL = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that was done. `actor` is a principal's name, `address` where it came from.

    `detail` is what else there is to say, of plain values; never a secret.
    """

    actor: str
    action: str
    target: str = ""
    project: str | None = None
    address: str = ""
    detail: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A deed as it stands in the log."""

    seq: int
    at_ns: int
    deed: Deed
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a verification found: `broken_at` is the first row that does not fit, None when all do."""

    entries: int
    newest_hash: str
    broken_at: int | None = None


def record(catalog: Catalog, deed: Deed, *, clock: Clock = SYSTEM) -> Entry:
    """Add a deed to the log."""
    detail = json.dumps(dict(deed.detail), sort_keys=True, default=str)
    if len(detail) > MOST_DETAIL:
        detail = json.dumps({"cut": detail[: MOST_DETAIL // 2]})
    with catalog.writing() as session:
        last = session.execute(
            select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)
        ).first()
        before, seq = (bytes(last.hash), last.seq + 1) if last else (_BEGINNING, 1)
        row = AuditRow(
            seq=seq,
            at_ns=clock.now_ns(),
            actor=deed.actor[:1_000],
            action=deed.action,
            project=deed.project,
            target=deed.target[:1_000],
            address=deed.address[:64],
            detail=detail,
        )
        row.hash = _hash(before, row)
        session.add(row)
        return _entry(row)


def list_entries(
    catalog: Catalog, *, project: str | None = None, before: int | None = None, limit: int = 100
) -> list[Entry]:
    """The newest entries below `before`; of one project, or of everything."""
    query = select(AuditRow).order_by(AuditRow.seq.desc()).limit(limit)
    if project is not None:
        query = query.where(AuditRow.project == project)
    if before is not None:
        query = query.where(AuditRow.seq < before)
    with catalog.reading() as session:
        return [_entry(row) for row in session.scalars(query)]


def verify(catalog: Catalog) -> Verdict:
    """Walk the whole chain."""
    before, count = _BEGINNING, 0
    with catalog.reading() as session:
        for row in session.scalars(
            select(AuditRow).order_by(AuditRow.seq).execution_options(yield_per=_PAGE)
        ):
            if row.seq != count + 1 or bytes(row.hash) != _hash(before, row):
                return Verdict(entries=count, newest_hash=before.hex(), broken_at=row.seq)
            before, count = bytes(row.hash), count + 1
    return Verdict(entries=count, newest_hash=before.hex())


def _hash(before: bytes, row: AuditRow) -> bytes:
    # As JSON, because no two rows have the same: fields put one behind the other could.
    fields = [
        row.seq, row.at_ns, row.actor, row.action, row.project, row.target, row.address, row.detail,
    ]  # fmt: skip
    return hashlib.sha256(before + json.dumps(fields, ensure_ascii=False).encode()).digest()


def _entry(row: AuditRow) -> Entry:
    return Entry(
        seq=row.seq,
        at_ns=row.at_ns,
        deed=Deed(
            actor=row.actor,
            action=row.action,
            target=row.target,
            project=row.project,
            address=row.address,
            detail=json.loads(row.detail),
        ),
        hash=bytes(row.hash),
    )
