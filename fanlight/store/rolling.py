"""Metric points of past days, put together by the minute so that exports of every second stay small.

Totals do not change: deltas are added up; of what is counted cumulatively the last point of a minute is kept,
and whatever lies around a reset. A day is put together beside the table, a few series at a time, and then
takes the place of its points in one step that the engine carries out whole or not at all. Which points are
stored is known elsewhere too (`metric_identities`), so that one that comes again is still refused.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fanlight.store.backend import Backend
from fanlight.store.sql import statement

logger = logging.getLogger("fanlight.store.rolling")

STEP_S = 60
PIECE_ROWS = 100_000
"""Of one piece of work; a series of a day is never divided."""

MERGED: Mapping[str, str] = {
    **dict.fromkeys(("time", "seq", "time_ns", "received_at", "retention_days", "max"), "max({})"),
    **dict.fromkeys(("start_ns", "min"), "min({})"),
    **dict.fromkeys(("points", "value_int", "count", "zero_count"), "sum({})"),
    **dict.fromkeys(("value_double", "sum"), "sumKahan({})"),
    **dict.fromkeys(("bucket_counts", "positive_counts", "negative_counts"), "sumForEach({})"),
    "flags": "groupUniqArrayArray({})",
    "step_s": f"{STEP_S}",
}
"""How the columns of points are put together; of all others the points of a series have the same."""

KEPT: Mapping[str, str] = {"points": "stands_for", "step_s": f"{STEP_S}"}


@dataclass(frozen=True, slots=True)
class _Piece:
    project_id: str
    name: str
    series: tuple[int, ...]


class Rollup:
    """The work on one store, in small pieces. For the writer's thread alone."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._day: str | None = None
        self._pieces: deque[_Piece] = deque()
        self._texts: tuple[str, str] | None = None

    def step(self, now_ns: int) -> bool:
        """Do one piece; False when there is nothing to do.

        Raises StoreError; what was begun is forgotten then, and nothing is lost.
        """
        try:
            return self._step(now_ns)
        except Exception:
            self._day = None
            raise

    def _step(self, now_ns: int) -> bool:
        if self._day is None:
            return self._begin(now_ns)
        if self._pieces:
            self._roll(self._pieces.popleft(), self._day)
        else:
            self._replace(self._day)
            self._day = None
        return True

    def _begin(self, now_ns: int) -> bool:
        days = self._rows("days", {"now_ns": now_ns})
        if not days:
            return False
        self._backend.writer.run("TRUNCATE TABLE metrics_rolling")
        self._day = date.fromisoformat(days[0][0]).isoformat()
        self._pieces = deque(_pieces(self._rows("series", {"day": self._day})))
        return True

    def _roll(self, piece: _Piece, day: str) -> None:
        given = {
            "project_id": piece.project_id,
            "name": piece.name,
            "series": list(piece.series),
            "day": day,
            "step_s": STEP_S,
        }
        for text in self._inserts():
            self._backend.writer.run(text, given)

    def _replace(self, day: str) -> None:
        ((stored, rolled),) = self._rows("points", {"day": day})
        if stored == rolled:
            self._backend.writer.run(f"ALTER TABLE metrics REPLACE PARTITION '{day}' FROM metrics_rolling")
        else:
            logger.info("points of %s came while it was put together; it is tried again", day)
        self._backend.writer.run("TRUNCATE TABLE metrics_rolling")

    def _inserts(self) -> tuple[str, str]:
        if self._texts is None:
            found = self._backend.writer.rows(
                "SELECT name FROM system.columns WHERE database = currentDatabase()"
                " AND table = 'metrics' AND default_kind != 'ALIAS' ORDER BY position"
            )
            columns = [str(name) for (name,) in found]
            merged = ", ".join(MERGED.get(name, "any({})").format(name) for name in columns)
            kept = ", ".join(KEPT.get(name, name) for name in columns)
            self._texts = (
                _filled("merged", columns=", ".join(columns), merged=merged),
                _filled("kept", columns=", ".join(columns), kept=kept),
            )
        return self._texts

    def _rows(self, question: str, given: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        return self._backend.writer.rows(statement("rollup", question), given)


def _pieces(rows: Sequence[Sequence[Any]]) -> Iterator[_Piece]:
    """Series of one metric, together at most PIECE_ROWS where each has fewer."""
    numbers: list[int] = []
    at: tuple[str, str] = ("", "")
    size = 0
    for project, name, series, count in rows:
        if numbers and ((project, name) != at or size + count > PIECE_ROWS):
            yield _Piece(*at, tuple(numbers))
            numbers, size = [], 0
        at = (project, name)
        numbers.append(series)
        size += count
    if numbers:
        yield _Piece(*at, tuple(numbers))


def _filled(name: str, **fragments: str) -> str:
    text = statement("rollup", name)
    for mark, fragment in fragments.items():
        text = text.replace(f"/*{mark}*/", fragment)
    return text
