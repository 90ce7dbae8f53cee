"""Erasing what somebody asked to have erased: a run, a session, a user, a time.

What goes are whole traces with everything that hangs on them, and the records and points that name the
session, the user or the time by themselves. Of a run that shares its trace with others only its own spans go.
What was earned (`billing`) stays in the books.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fanlight.model.deletion import LAST_NS, Erased, Erasure, is_hash

# ruff: noqa: S608 - what is put together here are names of tables and conditions of this module
from fanlight.semconv.registry import dialects
from fanlight.store.connection import Connection
from fanlight.store.removing import Removal, pieces_of, remove

TABLES = (
    "span_content", "logs", "metrics", "spans", "open_spans", "trace_index", "findings", "runs",
)  # fmt: skip
AT_ONCE = 1_000
"""Traces or spans named in one statement."""

A_STEP = 8
"""Pieces, each of one table and partition, before what came in meanwhile has its turn."""

_IN_PROJECT = "project_id = {project:String}"
_TRACE = "lower(hex(trace_id)) IN {ids:Array(String)}"
_SPAN = "lower(hex(trace_id)) = {trace:String} AND lower(hex(span_id)) IN {ids:Array(String)}"
_RUN = "run_id IN {ids:Array(String)}"


def erase(writer: Connection, asked: Erasure) -> Erased:
    """Take the next few pieces away. Raises StoreError; asked again it goes on."""
    gone: Counter[str] = Counter()
    removals = _run(writer, asked) if asked.run else _traces(writer, asked)
    for number, piece in enumerate(pieces_of(writer, removals)):
        if number == A_STEP:
            return Erased(dict(gone), is_done=False)
        remove(writer, piece)
        gone[piece.removal.table] += piece.rows
    return Erased(dict(gone), is_done=True)


def _traces(writer: Connection, asked: Erasure) -> Iterator[Removal]:
    """What leads to the rest goes last, should this end half-way: the spans, then their summaries."""
    found = _column(
        writer,
        "SELECT DISTINCT lower(hex(trace_id)) FROM ("
        f"SELECT trace_id FROM runs WHERE {_fits(asked, 'started_at', user='user', unnamed=True)}"
        f" UNION ALL SELECT trace_id FROM spans WHERE {_fits(asked, 'effective_start', user='user')}"
        f" UNION ALL SELECT trace_id FROM open_spans WHERE {_fits(asked, 'effective_start', user='user')})",
        _given(asked),
    )
    own = _given(asked)
    yield Removal(table="logs", condition=_fits(asked, "time", user=_NAMED, unnamed=True), parameters=own)
    if not asked.user:  # points are numbers of many, and name nobody
        yield Removal(table="metrics", condition=_fits(asked, "time", unnamed=True), parameters=own)
    for at in range(0, len(found), AT_ONCE):
        given = {"project": asked.project_id, "ids": found[at : at + AT_ONCE]}
        runs = _column(writer, f"SELECT DISTINCT run_id FROM runs WHERE {_IN_PROJECT} AND {_TRACE}", given)
        noted = {"project": asked.project_id, "ids": runs}
        yield Removal(table="findings", condition=f"{_IN_PROJECT} AND {_RUN}", parameters=noted)
        for table in ("span_content", "logs", "trace_index", "spans", "open_spans", "runs"):
            yield Removal(table=table, condition=f"{_IN_PROJECT} AND {_TRACE}", parameters=given)


def _run(writer: Connection, asked: Erasure) -> Iterator[Removal]:
    one: dict[str, Any] = {"project": asked.project_id, "ids": [asked.run]}
    where = f"{_IN_PROJECT} AND {_RUN}"
    spans = writer.rows(
        f"SELECT DISTINCT lower(hex(trace_id)), lower(hex(span_id)) FROM ("
        f"SELECT trace_id, span_id FROM spans WHERE {where}"
        f" UNION ALL SELECT trace_id, span_id FROM open_spans WHERE {where})",
        one,
    )
    for trace in sorted({str(trace) for trace, _ in spans}):
        ids = sorted(str(span) for of, span in spans if of == trace)
        if not _is_shared(writer, asked.project_id, trace, asked.run):
            given = {"project": asked.project_id, "ids": [trace]}
            for table in ("span_content", "logs", "trace_index"):
                yield Removal(table=table, condition=f"{_IN_PROJECT} AND {_TRACE}", parameters=given)
        for at in range(0, len(ids), AT_ONCE):
            given = {"project": asked.project_id, "trace": trace, "ids": ids[at : at + AT_ONCE]}
            for table in ("span_content", "logs"):
                yield Removal(table=table, condition=f"{_IN_PROJECT} AND {_SPAN}", parameters=given)
    for table in ("spans", "open_spans", "findings", "runs"):
        yield Removal(table=table, condition=where, parameters=one)


def _is_shared(writer: Connection, project: str, trace: str, run: str) -> bool:
    """Whether other runs have spans in the trace."""
    given = {"project": project, "ids": [trace], "run": run}
    query = f"SELECT DISTINCT run_id FROM runs WHERE {_IN_PROJECT} AND {_TRACE} AND run_id != {{run:String}}"
    return bool(writer.rows(query, given))


def _user_keys() -> Sequence[str]:
    return sorted({key for dialect in dialects() for key in dialect.attributes.get("user", ())})


_NAMED = "attributes[key]"
_HASHED = "concat('sha256:', lower(hex(SHA256({}))))"


def _fits(asked: Erasure, time: str, *, user: str = "", unnamed: bool = False) -> str:
    """What a row of its own has to fit; `time` and `user` are where it tells of them.

    With `unnamed` what names no session counts as that of its room. Spans do not: their run says
    whose they are.
    """
    terms = [_IN_PROJECT]
    if asked.session and asked.room and unnamed:
        terms.append(
            "(session = {session:String} OR session = '' AND room = {room:String}"
            f" AND {time} >= fromUnixTimestamp64Nano({{room_since_ns:Int64}}, 'UTC')"
            f" AND {time} < fromUnixTimestamp64Nano({{room_until_ns:Int64}}, 'UTC'))"
        )
    elif asked.session:
        terms.append("session = {session:String}")
    if asked.user and user:
        named = _HASHED.format(user) if is_hash(asked.user) else user
        fits = f"{named} = {{user:String}}"
        terms.append(f"arrayExists(key -> {fits}, {{keys:Array(String)}})" if user == _NAMED else fits)
    if asked.since_ns:
        terms.append(f"{time} >= fromUnixTimestamp64Nano({{since_ns:Int64}}, 'UTC')")
    if asked.until_ns < LAST_NS:
        terms.append(f"{time} < fromUnixTimestamp64Nano({{until_ns:Int64}}, 'UTC')")
    return " AND ".join(terms)


def _given(asked: Erasure) -> dict[str, Any]:
    return {
        "project": asked.project_id,
        "session": asked.session,
        "user": asked.user,
        "keys": _user_keys(),
        "since_ns": asked.since_ns,
        "until_ns": asked.until_ns,
        "room": asked.room,
        "room_since_ns": asked.room_since_ns,
        "room_until_ns": asked.room_until_ns,
    }


def _column(writer: Connection, query: str, parameters: Mapping[str, Any]) -> list[str]:
    return [str(value) for (value,) in writer.rows(query, parameters)]
