"""Billing events out of the log records that carry them, into a table of their own.

They are few, and each is money: every one is read by the same rules as the API's (`model/billing.py`), one by
one. It is safe to repeat: what is stored already is left out, by its id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fanlight.model.billing import BillingError, BillingEvent, from_attributes
from fanlight.model.retention import Retention
from fanlight.store.backend import Backend
from fanlight.store.sql import statement

AT_ONCE = 5_000
"""Events that one statement carries: their values travel in its text."""

IDS = "billing_ids"
COLUMNS = (
    "project_id", "event_id", "version", "seq", "occurred_at", "received_at", "kind", "amount", "currency",
    "customer", "run_id", "span_id", "agent", "room", "description", "verified", "retention_days",
)  # fmt: skip

_LAST = 2**63
_MS = 1_000_000
CONFLICT = "billing: conflict"

_Key = tuple[str, str]
_Substance = tuple[str, Decimal, str, str, str]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is known of an id: the first event, and whether it is verified."""

    substance: _Substance
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """An event and the record that it came in."""

    seq: int
    project: str
    received_ns: int
    span_id: str
    room: str
    event: BillingEvent
    is_new: bool

    @property
    def key(self) -> _Key:
        return self.project, self.event.id

    @property
    def values(self) -> list[str]:
        """In the order of `insert/billing_rows.sql`, but for how long it is kept."""
        event = self.event
        # The first of an id has the highest version, and any that is verified a higher one than all others.
        version = (_LAST if event.verified else 0) + _LAST - 1 - self.seq
        return [
            self.project, event.id, str(version), str(self.seq),
            str(event.occurred_ns or self.received_ns), str(self.received_ns // _MS),
            event.kind, f"{event.amount:f}", event.currency, event.customer, event.run, self.span_id,
            event.agent, self.room, event.description, str(int(event.verified)),
        ]  # fmt: skip


def store_billing(backend: Backend, settings: Mapping[str, Any], retention: Retention) -> Mapping[str, int]:
    """Store the billing events of the decoder's `incoming`; what of them counts in no sum, by reason.

    `refused` holds the records that were stored before: of them nothing is counted again. Raises StoreError.
    """
    uncounted: Counter[str] = Counter()
    with _known_of(backend) as known:
        rows = _read(backend.decoder.rows(statement("insert", "billing_sought")), uncounted)
        fresh = [[*row.values, str(retention.days_of(row.project))] for row in _fresh(rows, known, uncounted)]
    for start in range(0, len(fresh), AT_ONCE):
        given = {"rows": fresh[start : start + AT_ONCE]}
        backend.store(
            statement("insert", "billing_rows"), "billing", COLUMNS, settings=settings, parameters=given
        )
    return +uncounted


@contextmanager
def _known_of(backend: Backend) -> Iterator[dict[_Key, _Kept]]:
    backend.send(statement("insert", "billing_ids"), IDS)
    try:
        yield {
            (project, event_id): _Kept((kind, Decimal(amount), currency, customer, run), bool(verified))
            for project, event_id, kind, amount, currency, customer, run, verified in backend.writer.rows(
                statement("insert", "billing_known")
            )
        }
    finally:
        backend.writer.run(f"DROP TEMPORARY TABLE IF EXISTS {IDS}")


def _read(found: Iterable[Sequence[Any]], uncounted: Counter[str]) -> Iterator[_Row]:
    for seq, project, received_ns, own_ns, trace_id, span_id, room, attributes, is_new in found:
        try:
            event = from_attributes(attributes, run=trace_id, occurred_ns=int(own_ns))
        except BillingError as error:
            uncounted[f"billing: {error.reason}"] += is_new
            continue
        yield _Row(
            seq=seq,
            project=project,
            received_ns=int(received_ns),
            span_id=span_id,
            room=room,
            event=event,
            is_new=bool(is_new),
        )


def _fresh(rows: Iterable[_Row], known: dict[_Key, _Kept], uncounted: Counter[str]) -> Iterator[_Row]:
    """The rows that are stored: of each id the first, and the first verified one over any that is not."""
    for row in rows:
        kept = known.get(row.key)
        if kept is None or (row.event.verified and not kept.verified):
            known[row.key] = _Kept(row.event.substance, row.event.verified)
            yield row
        elif kept.substance != row.event.substance:
            uncounted[CONFLICT] += row.is_new
