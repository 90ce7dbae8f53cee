"""Findings of runs: loops and standstill, as the writer noted them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from fanlight.errors import InvalidError
from fanlight.model.finding import OPEN, OVER, Finding
from fanlight.model.project import ProjectScope
from fanlight.query.page import Page, check_limit, decode_cursor, encode_cursor
from fanlight.query.times import rfc3339
from fanlight.store.contract import Store

LAST_SEQ = 2**64 - 1
MOST_OF_A_RUN = 100


def list_findings(
    store: Store,
    scope: ProjectScope,
    *,
    run: str | None = None,
    state: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """Findings of the project, or of one run; newest first.

    Raises:
        InvalidError: the state, the cursor or the limit is wrong.
    """
    check_limit(limit)
    if state not in (None, OPEN, OVER):
        raise InvalidError(f"state is {state!r}", hint="it is open or over")
    before = decode_cursor(cursor, "findings", int)[0] if cursor else LAST_SEQ
    rows = _rows(store, scope, [run] if run else [], state or "", before, limit + 1)
    more = len(rows) > limit
    return Page(
        items=[finding_from_row(row) for row in rows[:limit]],
        next=encode_cursor("findings", rows[limit - 1][0]) if more else None,
    )


def findings_of_run(store: Store, scope: ProjectScope, run_id: str) -> list[Finding]:
    """The findings of one run, newest first."""
    return [finding_from_row(row) for row in _rows(store, scope, [run_id], "", LAST_SEQ, MOST_OF_A_RUN)]


def finding_from_row(row: Sequence[Any]) -> Finding:
    """A finding from the columns that `run_findings.sql` names."""
    _seq, run_id, finding_id, kind, state, at_ms, data = row
    said = json.loads(data)
    return Finding(
        id=finding_id,
        run_id=run_id,
        kind=kind,
        state=state,
        at=rfc3339(at_ms * 1_000_000),
        since=rfc3339(said["since_ns"]),
        statement=said["statement"],
        times=said.get("times"),
        names=said.get("names", []),
        span_ids=said.get("span_ids", []),
    )


def _rows(
    store: Store, scope: ProjectScope, runs: list[str], state: str, before: int, limit: int
) -> Sequence[Sequence[Any]]:
    asked = {"runs": runs, "state": state, "before_seq": before, "limit": limit}
    return store.read(scope, "run_findings", asked)
