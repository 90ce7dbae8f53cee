"""Runs: the list, newest first, and one run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from fanlight.errors import NotFoundError
from fanlight.model.project import ProjectScope
from fanlight.model.run import Cost, Run, RunError, RunStatus, Tokens
from fanlight.query.filter import Condition, Query, compile_filter
from fanlight.query.findings import findings_of_run
from fanlight.query.floors import newest_floor
from fanlight.query.page import Page, check_limit, decode_cursor, encode_cursor
from fanlight.query.times import EARLIEST_NS, LATEST_NS, NS, bounded, rfc3339, rfc3339_or_none
from fanlight.store.contract import Store

NO_SPAN = "0" * 16
FIRST_WINDOW = 4
"""Rows of the first window for each run asked for: some are older versions of a run, some do not match."""

WINDOW_GROWTH = 32

FEW_RUNS = 100
"""Up to so many runs that hold a text are read by id; with more, each window looks for its own."""


def list_runs(
    store: Store,
    scope: ProjectScope,
    *,
    q: str | Query = "",
    since_ns: int | None = None,
    until_ns: int | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """Runs that started in [since, until) and match `q`, newest first.

    Windows of the key order are looked through, each larger than the last, until the page is full: the
    newest page costs the same however many runs there are, and a filter that matches little still ends.
    A run whose start moves to an earlier time while a reader pages may be seen again; none is left out.

    Raises:
        InvalidError: the filter, the cursor or the limit is wrong.
    """
    check_limit(limit)
    condition, few = _looked_up(store, scope, compile_filter(store, "runs", q))
    since, until = bounded(since_ns, until_ns)
    before: tuple[int, str] = (until, "")
    if cursor is not None:
        before = min(before, decode_cursor(cursor, "runs", int, str))
    found: list[Sequence[Any]] = []
    rows = FIRST_WINDOW * limit
    while before[0] >= since:
        floor = None if few else _floor(store, scope, since, before[0], rows)
        found += store.read(
            scope,
            "list_runs",
            {
                **condition.parameters,
                "floor_ns": since if floor is None else floor,
                "before_ns": before[0],
                "before_id": before[1],
                "limit": limit + 1 - len(found),
            },
            {"filter": condition.sql},
        )
        if floor is None or len(found) > limit:
            break
        before = (floor, "")
        rows *= WINDOW_GROWTH
    runs = [run_from_row(row) for row in found[:limit]]
    return Page(items=runs, next=_next(found[limit - 1]) if len(found) > limit else None)


def get_run(store: Store, scope: ProjectScope, run_id: str) -> Run:
    """One run with its input and output.

    Raises:
        NotFoundError: the project has no such run.
    """
    rows = store.read(scope, "get_run", {"run_id": run_id})
    if not rows:
        raise NotFoundError(
            f"no run {run_id[:64]} in project {scope.project_id}", hint="fanlight runs lists them"
        )
    *row, input_, output = rows[0]
    run = run_from_row(row, input_=input_ or None, output=output or None)
    return msgspec.structs.replace(run, findings=findings_of_run(store, scope, run_id))


def root_spans(store: Store, scope: ProjectScope, run_ids: Sequence[str]) -> dict[str, str]:
    """The ids, in hex, of the root spans of those of the runs that are known and have one."""
    if not run_ids:
        return {}
    rows = store.read(scope, "root_spans", {"runs": list(run_ids)})
    return {run_id: span_id for run_id, span_id in rows if span_id != NO_SPAN}


def _looked_up(store: Store, scope: ProjectScope, condition: Condition) -> tuple[Condition, bool]:
    """The condition with its texts found, and whether it can only hold for a few runs.

    Few runs are read by their ids at once; the list need not be walked down to them.
    """
    few = False
    for lookup in condition.lookups:
        fragments = {"runs": lookup.runs, "spans": lookup.spans}
        rows = store.read(scope, "runs_with_text", {**condition.parameters, "limit": FEW_RUNS + 1}, fragments)
        if len(rows) > FEW_RUNS:
            condition = condition.nested(lookup)
            continue
        condition = condition.answered(lookup, [row[0] for row in rows])
        few = few or condition.needs(lookup)
    return condition, few


def _floor(store: Store, scope: ProjectScope, since: int, before: int, rows: int) -> int | None:
    """The start of the row that stands `rows` down from `before`; None when the list ends sooner."""

    def find() -> int | None:
        asked = {"since_ns": EARLIEST_NS, "before_ns": before, "rows": rows}
        found = store.read(scope, "runs_window", asked)
        return int(found[0][0]) if found else None

    floor = find() if before < LATEST_NS else newest_floor(store, scope.project_id, rows, find)
    return floor if floor is not None and floor > since else None


def _next(row: Sequence[Any]) -> str:
    return encode_cursor("runs", row[9], row[0])


def run_from_row(row: Sequence[Any], *, input_: str | None = None, output: str | None = None) -> Run:
    """A run from the columns that `run_columns.sql` names."""
    (
        run_id, trace_id, name, status, agent, service, room, session, user, started, ended,
        token_input, token_output, cache_read, cache_write, reasoning, cost, unpriced, models,
        error_type, error_message, error_span_id, spans, errors, llms, tools, root_span_id,
        providers, first_token_ns, unpriced_reasons,
    ) = row  # fmt: skip
    return Run(
        id=run_id,
        trace_id=trace_id,
        name=name,
        status=RunStatus(status),
        agent=agent or None,
        service=service or None,
        room=room or None,
        session=session or None,
        user=user or None,
        started_at=rfc3339(started),
        ended_at=rfc3339_or_none(ended),
        duration_ms=None if ended is None else max(ended - started, 0) * 1_000 / NS,
        tokens=Tokens(
            input=token_input,
            output=token_output,
            cache_read=cache_read,
            cache_write=cache_write,
            reasoning=reasoning,
        ),
        cost=Cost(amount=cost, unpriced_tokens=unpriced),
        unpriced_reasons=list(unpriced_reasons),
        models=list(models),
        providers=list(providers),
        first_token_ms=None if first_token_ns is None else first_token_ns / 1_000_000,
        error=_error(error_type, error_message, error_span_id),
        span_count=spans,
        error_count=errors,
        llm_count=llms,
        tool_count=tools,
        root_span_id=None if root_span_id == NO_SPAN else root_span_id,
        input=input_,
        output=output,
    )


def _error(type_: str, message: str, span_id: str) -> RunError | None:
    if not type_ and not message and span_id == NO_SPAN:
        return None
    return RunError(
        type=type_ or None, message=message or None, span_id=None if span_id == NO_SPAN else span_id
    )
