"""Removing the spans of finished runs that a project does not keep; their summaries, and so all totals, stay.

A trace is marked first and emptied then. What is marked is never summed up again, so that it does not matter
when its spans go, and a process that ends in between finds the rest by the mark.
"""

from __future__ import annotations

from collections.abc import Iterator

from fanlight.store.connection import Connection
from fanlight.store.contract import Thinning
from fanlight.store.removing import Removal, pieces_of, remove
from fanlight.store.sql import statement

TABLES = ("span_content", "spans", "open_spans")
"""Spans go after their content: whoever reads a span finds all of it, or nothing."""

_MARKED = (
    "project_id = {project_id:String} AND trace_id IN ("
    "SELECT trace_id FROM trace_index WHERE project_id = {project_id:String} GROUP BY trace_id"
    " HAVING max(thinned) = 1"
    " AND max(received_at) >= fromUnixTimestamp64Milli({marked_from_ms:Int64}, 'UTC'))"
)
_FAILED = (
    " AND (trace_id, span_id) NOT IN ("
    "SELECT trace_id, span_id FROM spans WHERE project_id = {project_id:String} AND status_code = 2)"
)


def mark(writer: Connection, asked: Thinning) -> None:
    """Mark the traces that are not kept. Raises StoreError; asked again it goes on."""
    keep = f"OR ({asked.keep})" if asked.keep else ""
    writer.run(
        statement("thin", "mark").replace("/*keep*/", keep),
        {
            **asked.parameters,
            "project_id": asked.project_id,
            "now_ms": asked.now_ms,
            "heard_from_ms": asked.heard_from_ms,
            "heard_until_ms": asked.heard_until_ms,
            "threshold": asked.threshold,
            "floor_ns": 0,  # a filter may look texts up in spans, which may be of any time
        },
    )


def empty(writer: Connection, asked: Thinning) -> int:
    """Remove the spans of marked traces, but for those that failed; how many went. Raises StoreError."""
    gone = 0
    for piece in pieces_of(writer, _removals(asked)):
        remove(writer, piece)
        gone += piece.rows if piece.removal.table == "spans" else 0
    return gone


def _removals(asked: Thinning) -> Iterator[Removal]:
    given = {"project_id": asked.project_id, "marked_from_ms": asked.marked_from_ms}
    for table in TABLES:
        failed = " AND status_code != 2" if table != "span_content" else _FAILED
        yield Removal(table=table, condition=_MARKED + failed, parameters=given)
