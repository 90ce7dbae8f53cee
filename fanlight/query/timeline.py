"""The timeline of a session: room events, runs, developer logs, warnings and errors, as one list in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice
from typing import Any

from fanlight.model.log import Log
from fanlight.model.project import ProjectScope
from fanlight.model.room_event import EVENT, TYPE
from fanlight.model.timeline import Moment
from fanlight.query.logs import LAST_SEQ, LIST_BODY_CHARACTERS, log_from_row
from fanlight.query.page import Page, check_limit, decode_cursor, encode_cursor
from fanlight.query.runs import run_from_row
from fanlight.query.times import LATEST_NS, rfc3339
from fanlight.query.within import Within
from fanlight.store.contract import Store

NOUN = "timeline"
DEVELOPER_LOG = "fanlight.developer_log"
LOG, STARTED, ENDED = 0, 1, 2
_TOLD = f"AND (event_name IN ('{EVENT}', '{DEVELOPER_LOG}') OR severity_number >= 13)"
_SILENT = "session = '' AND room = '' AND trace_id != toFixedString('', 16)"
_TRACES = "SELECT trace_id FROM runs FINAL WHERE project_id = {project_id:String}"

Place = tuple[int, int, str]
"""When, which of LOG, STARTED and ENDED, and the log's sequence or the run's id."""


def list_timeline(
    store: Store, scope: ProjectScope, within: Within, *, limit: int = 100, cursor: str | None = None
) -> Page:
    """What happened in a session, the first thing first.

    Raises:
        InvalidError: the cursor or the limit is wrong.
    """
    check_limit(limit)
    place: Place = (-1, ENDED, "")
    if cursor is not None:
        at_ns, part, name = decode_cursor(cursor, NOUN, int, int, str)
        place = at_ns, part, name
    sources = (_logs(store, scope, within, place, limit + 1), _runs(store, scope, within, place, limit + 1))
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
        return Moment(at=log.time, type="event", name=str(told), data=log.body)
    name = log.severity_text or log.level or ""
    if log.event_name == DEVELOPER_LOG:
        return Moment(at=log.time, type="developer_log", name=name, log=log)
    return Moment(at=log.time, type="log", name=name, log=log)


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
        return Moment(at=rfc3339(moment_ns), type="run.started", name=name, run=run)
    return Moment(at=rfc3339(moment_ns), type="run.ended", name=name, run=run)
