"""The timeline of a session: room events, runs, tool calls, developer logs and errors, in one order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice
from typing import Any

from fanlight.model.log import Log
from fanlight.model.project import ProjectScope
from fanlight.model.room_event import EVENT, TYPE
from fanlight.model.run import RunError
from fanlight.model.timeline import Moment, TimelineStep
from fanlight.query.logs import LAST_SEQ, LIST_BODY_CHARACTERS, log_from_row
from fanlight.query.page import Page, check_limit, decode_cursor, encode_cursor
from fanlight.query.runs import run_from_row
from fanlight.query.times import LATEST_NS, rfc3339
from fanlight.query.within import Within
from fanlight.store.contract import Store

NOUN = "timeline"
DEVELOPER_LOG = "fanlight.developer_log"
LOG, STARTED, ENDED, STEP = 0, 1, 2, 3
MESSAGE_CHARACTERS = 2_000
_TOLD = f"AND (event_name IN ('{EVENT}', '{DEVELOPER_LOG}') OR severity_number >= 13)"
_SILENT = "session = '' AND room = '' AND trace_id != toFixedString('', 16)"
_TRACES = "SELECT trace_id FROM runs FINAL WHERE project_id = {project_id:String}"

Place = tuple[int, int, str]
"""When, which of LOG, STARTED, ENDED and STEP, and the log's sequence, the run's id or the step's."""


def list_timeline(
    store: Store, scope: ProjectScope, within: Within, *, limit: int = 100, cursor: str | None = None
) -> Page:
    """What happened in a session, the first thing first.

    Raises:
        InvalidError: the cursor or the limit is wrong.
    """
    check_limit(limit)
    place: Place = (-1, STEP, "")
    if cursor is not None:
        at_ns, part, name = decode_cursor(cursor, NOUN, int, int, str)
        place = at_ns, part, name
    sources = [read(store, scope, within, place, limit + 1) for read in (_logs, _runs, _steps)]
    found = list(islice(merge(*sources, key=lambda one: one[0]), limit + 1))
    more = len(found) > limit
    return Page(
        items=[moment for _, moment in found[:limit]],
        next=encode_cursor(NOUN, *found[limit - 1][0]) if more else None,
    )


def _logs(
    store: Store, scope: ProjectScope, within: Within, place: Place, limit: int
) -> Iterator[tuple[Place, Moment]]:
    condition = within.condition("logs")
    # What was logged within a run of the session is of the session, also where the record itself is silent.
    [whole], [of_runs] = condition.terms, within.condition("runs").terms
    belongs = f"AND ({whole} OR ({_SILENT} AND trace_id IN ({_TRACES} AND {of_runs})))"
    at_ns, part, name = place
    parameters = {
        **condition.parameters,
        "until_ns": LATEST_NS,
        "place_ns": max(at_ns, 0),
        # At the same time log records come before runs.
        "place_seq": int(name) if part == LOG else LAST_SEQ if at_ns >= 0 else 0,
        "body_characters": LIST_BODY_CHARACTERS + 1,
        "limit": limit,
    }
    rows = store.read(scope, "list_logs_ascending", parameters, {"filter": f"{belongs} {_TOLD}"})
    for row in rows:
        log = log_from_row(row, cut=True)
        # Sequences are padded, so that as texts they are in their order.
        yield (row[0], LOG, f"{row[1]:020}"), _of_log(log)


def _of_log(log: Log) -> Moment:
    if log.event_name == EVENT:
        told = next((each.value for each in log.attributes if each.key == TYPE), "")
        return Moment(id=log.id, at=log.time, type="event", name=str(told), data=log.body)
    name = log.severity_text or log.level or ""
    if log.event_name == DEVELOPER_LOG:
        return Moment(id=log.id, at=log.time, type="developer_log", name=name, log=log)
    return Moment(id=log.id, at=log.time, type="log", name=name, log=log)


def _runs(
    store: Store, scope: ProjectScope, within: Within, place: Place, limit: int
) -> Iterator[tuple[Place, Moment]]:
    condition = within.condition("runs")
    at_ns, part, name = place
    parameters = {
        **condition.parameters,
        "place_ns": at_ns,
        "place_part": part,
        "place_id": "" if part == LOG else name,
        "limit": limit,
    }
    rows = store.read(scope, "timeline_runs", parameters, {"filter": condition.sql})
    for moment_ns, which, *columns in rows:
        yield (moment_ns, which, columns[0]), _of_run(moment_ns, which, columns)


def _of_run(moment_ns: int, which: int, columns: Sequence[Any]) -> Moment:
    run = run_from_row(columns)
    name = run.agent or run.name
    if which == STARTED:
        return Moment(id=run.id, at=rfc3339(moment_ns), type="run.started", name=name, run=run)
    return Moment(id=run.id, at=rfc3339(moment_ns), type="run.ended", name=name, run=run)


def _steps(
    store: Store, scope: ProjectScope, within: Within, place: Place, limit: int
) -> Iterator[tuple[Place, Moment]]:
    condition = within.condition("runs")
    at_ns, part, name = place
    trace, _, span = name.partition(".") if part == STEP else ("", "", "")
    parameters = {
        **condition.parameters,
        "place_ns": max(at_ns, 0),
        "place_trace": trace,
        "place_span": span,
        "characters": MESSAGE_CHARACTERS,
        "limit": limit,
    }
    for row in store.read(scope, "timeline_steps", parameters, {"filter": condition.sql}):
        moment = _of_step(row)
        yield (row[0], STEP, moment.id), moment


def _of_step(row: Sequence[Any]) -> Moment:
    (start_ns, trace_id, span_id, run, name, kind, agent, tool, duration_ns, failed, error_type, message) = (
        row
    )
    error = RunError(type=error_type or None, message=message or None, span_id=span_id) if failed else None
    step = TimelineStep(
        trace_id=trace_id,
        span_id=span_id,
        run=run,
        name=name,
        kind=kind,
        agent=agent or None,
        tool=tool or None,
        duration_ms=duration_ns / 1e6,
        error=error,
    )
    return Moment(id=f"{trace_id}.{span_id}", at=rfc3339(start_ns), type="step", name=tool or name, step=step)
