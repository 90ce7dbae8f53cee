"""Removing what is older than its project keeps.

Each row says how long it is kept, by the setting that held when it was stored, and the engine removes it by
itself. What this module removes are rows of projects that were given fewer days since.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping

from fanlight.model.retention import Retention
from fanlight.store.backend import Backend
from fanlight.store.removing import Piece, Removal, pieces_of, remove

logger = logging.getLogger("fanlight.store.expiry")

DAY_MS = 86_400_000
RECEIVED: Mapping[str, str] = {
    "spans": "received_at",
    "span_content": "received_at",
    "open_spans": "received_at",
    "trace_index": "received_at",
    "runs": "heard_at",
    "logs": "received_at",
    "metrics": "received_at",
    "findings": "at",
    "billing": "received_at",
}
"""Tables with rows of projects, and the column that says when a row was last heard of."""

_TOO_OLD = (
    "project_id = {project:String} AND %s < fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC')"
    " AND (retention_days = 0 OR retention_days > {days:UInt16})"
)


class Expiry:
    """The work on one store, in small pieces. For the writer's thread alone."""

    def __init__(self, backend: Backend, retention: Callable[[], Retention]) -> None:
        self._backend = backend
        self._retention = retention
        self._seen: tuple[int, Retention] | None = None
        self._pieces: deque[Piece] = deque()

    def step(self, now_ns: int) -> bool:
        """Remove the rows of one partition; False when there is nothing to do until tomorrow.

        A changed setting is looked at at once. Raises StoreError; what was not removed is found again.
        """
        retention, now_ms = self._retention(), now_ns // 1_000_000
        looked = (now_ms // DAY_MS, retention)
        if self._seen != looked:
            self._pieces = deque(pieces_of(self._backend.writer, _too_old(retention, now_ms)))
            self._seen = looked
        if not self._pieces:
            return False
        piece = self._pieces[0]
        remove(self._backend.writer, piece)
        logger.info("%d rows of %s were older than kept", piece.rows, piece.removal.table)
        self._pieces.popleft()
        return True


def _too_old(retention: Retention, now_ms: int) -> Iterator[Removal]:
    for project, days in retention.own.items():
        if days == 0:
            continue
        given = {"project": project, "before_ms": now_ms - days * DAY_MS, "days": days}
        for table, column in RECEIVED.items():
            yield Removal(table=table, condition=_TOO_OLD % column, parameters=given)
