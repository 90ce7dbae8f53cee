"""What changed: the rows of a range of sequences as events, for live delivery and for a resume alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from fanlight.model.developer_log import EVENT as DEVELOPER_LOG
from fanlight.model.developer_log import DeveloperLog
from fanlight.model.event import KINDS, TYPES, Event
from fanlight.model.log import Log
from fanlight.model.metric import MetricPoint
from fanlight.model.project import ProjectScope
from fanlight.model.room_event import EVENT as ROOM_EVENT
from fanlight.model.room_event import TYPE, RoomHappening
from fanlight.otlp.folded import unfolded
from fanlight.query.developer_logs import developer_log_of
from fanlight.query.findings import finding_from_row
from fanlight.query.logs import LIST_BODY_CHARACTERS, log_from_row
from fanlight.query.runs import run_from_row
from fanlight.query.spans import span_row
from fanlight.query.times import LATEST_NS, nanoseconds, rfc3339
from fanlight.query.tokens import token_from_row
from fanlight.query.topics import Topics, parse_topics
from fanlight.query.within import Within
from fanlight.store.contract import Store

Find = Callable[[ProjectScope, Sequence[str]], Sequence[Within]]
"""What belongs to sessions of rooms besides what names them; conversations have nothing of the sort."""

# Analysing it takes the engine a fifth of the time of a question, so that it is said only where it is needed.
UNNAMED = (
    "OR (session = '' AND arrayExists("
    "(r, since, until) -> r = room AND toUnixTimestamp64Nano({at}) >= since"
    " AND toUnixTimestamp64Nano({at}) < until,"
    " {{window_rooms:Array(String)}}, {{window_since:Array(Int64)}}, {{window_until:Array(Int64)}}))"
)
ALL = {"all_runs": "runs", "all_logs": "logs", "all_metrics": "metrics"}

_encode = msgspec.json.Encoder().encode


def list_changes(
    store: Store,
    scope: ProjectScope,
    topics: frozenset[str],
    *,
    after: int,
    upto: int,
    limit: int,
    kinds: frozenset[str] = KINDS,
    types: frozenset[str] = TYPES,
    find: Find = lambda *_: (),
) -> list[Event]:
    """The events of `topics` with `after` < seq <= `upto`, in order of seq, the first `limit` of them.

    A full answer (`limit` events) goes on behind the last one's seq. An event's `topics` are all that it
    belongs to; its payload is the JSON object of one item of the stream: topics, type, seq and data.
    A span is an event of its run, room and session only, streamed text of its run only. Of a run's summaries
    written since a reader last looked, older ones may be missing; the newest is always there.

    `kinds` says what there can be in the range, `types` what is wanted; the rest is not asked for. `find`
    tells what belongs to a session of a room without naming it.

    Raises:
        InvalidError: a topic is unknown.
    """
    asked = parse_topics(topics)
    windows = find(scope, asked.sessions) if asked.sessions else ()
    parameters = _parameters(asked, windows, types, after=after, upto=upto) | {
        "limit": limit,
        "body_characters": LIST_BODY_CHARACTERS + 1,
    }
    fragments = _fragments(windows)
    whose = partial(_sessions_of, windows)
    found: list[Event] = []
    for source in _SOURCES:
        if source.kind in kinds and source.types & types and source.is_asked(asked):
            rows = store.read(scope, source.query, parameters, fragments)
            found += (_event(source.item(row), whose) for row in rows)
    return sorted(found, key=lambda event: event.seq)[:limit]


def count_changes(
    store: Store,
    scope: ProjectScope,
    topics: frozenset[str],
    *,
    after: int,
    upto: int,
    types: frozenset[str] = TYPES,
    find: Find = lambda *_: (),
) -> int:
    """How many events `list_changes` would find without a limit.

    Raises:
        InvalidError: a topic is unknown.
    """
    asked = parse_topics(topics)
    windows = find(scope, asked.sessions) if asked.sessions else ()
    parameters = _parameters(asked, windows, types, after=after, upto=upto)
    [(found,)] = store.read(scope, "count_changes", parameters, _fragments(windows))
    return int(found)


def _fragments(windows: Sequence[Within]) -> dict[str, str]:
    """The condition that a row belongs to a session that it does not name, by the column of its time."""
    if not windows:
        return {}
    return {f"unnamed_{at}": UNNAMED.format(at=at) for at in ("started_at", "effective_start", "time")}


def _parameters(
    asked: Topics, windows: Sequence[Within], types: frozenset[str], *, after: int, upto: int
) -> dict[str, Any]:
    return {
        "after": after,
        "upto": upto,
        "types": sorted(types),
        "runs": list(asked.runs),
        "rooms": list(asked.rooms),
        "sessions": list(asked.sessions),
        "window_rooms": [each.room for each in windows],
        "window_since": [each.since_ns for each in windows],
        "window_until": [min(each.until_ns, LATEST_NS) for each in windows],
        **{name: topic in asked.whole for name, topic in ALL.items()},
    }


def oldest_seq(store: Store, scope: ProjectScope, since_ns: int) -> int:
    """The lowest sequence from which a stream can resume: the first one received at or after `since_ns`.

    When nothing came since then, it is the one behind the last; a reader that saw everything has no gap.
    """
    [(lowest,)] = store.read(scope, "oldest_seq", {"since_ns": since_ns})
    if lowest:
        return int(lowest)
    [(highest,)] = store.read(scope, "last_seq")
    return int(highest) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """What a row tells: an item of the stream, what it belongs to, and when it happened."""

    type: str
    seq: int
    data: Any
    at: str = ""
    topic: str = ""
    run: str | None = None
    room: str | None = None
    session: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """One question: the types it answers, the kind of announcement they come with, and the item of a row.

    `topic` has all of it ('' = none does); `named` are the single things that have it as well.
    """

    query: str
    kind: str
    types: frozenset[str]
    topic: str
    item: Callable[[Sequence[Any]], _Item]
    named: tuple[str, ...] = ("runs", "rooms", "sessions")

    def is_asked(self, topics: Topics) -> bool:
        return self.topic in topics.whole or any(getattr(topics, kind) for kind in self.named)


def _event(item: _Item, whose: Callable[[str, str], list[str]]) -> Event:
    sessions = [item.session] if item.session else whose(item.room, item.at) if item.room else []
    topics = [item.topic] if item.topic else []
    topics += [f"run:{item.run}"] if item.run else []
    topics += [f"room:{item.room}"] if item.room else []
    topics += [f"session:{session}" for session in sessions]
    payload = _encode({"topics": sorted(topics), "type": item.type, "seq": str(item.seq), "data": item.data})
    return Event(seq=item.seq, topics=frozenset(topics), payload=payload, type=item.type)


def _sessions_of(windows: Sequence[Within], room: str, at: str) -> list[str]:
    """The sessions to which belongs what happened in `room` then and names none."""
    if not any(each.room == room for each in windows):
        return []
    at_ns = nanoseconds(at)
    return [each.session for each in windows if each.room == room and each.since_ns <= at_ns < each.until_ns]


def _run_item(row: Sequence[Any]) -> _Item:
    seq, *columns = row
    run = run_from_row(columns)
    return _Item(
        type="run", seq=seq, data=run, at=run.started_at, topic="runs", run=run.id, room=run.room,
        session=run.session,
    )  # fmt: skip


def _finding_item(row: Sequence[Any]) -> _Item:
    finding = finding_from_row(row)
    return _Item(type="finding", seq=row[0], data=finding, topic="runs", run=finding.run_id)


def _span_item(row: Sequence[Any]) -> _Item:
    seq, room, session, *columns = row
    span = span_row(columns)
    return _Item(
        type="span", seq=seq, data=span, at=span.started_at, run=span.run_id, room=room, session=session
    )


def _log_item(row: Sequence[Any]) -> _Item:
    log = log_from_row(row, cut=True)
    type_, data = shown_as(log)
    return _Item(
        type=type_, seq=row[1], data=data, at=log.time, topic="logs", run=log.run, room=log.room,
        session=log.session,
    )  # fmt: skip


def shown_as(log: Log) -> tuple[str, Log | DeveloperLog | RoomHappening]:
    """The type under which a log record is streamed, and its data."""
    if log.event_name == DEVELOPER_LOG:
        return "developer_log", developer_log_of(log)
    if log.event_name == ROOM_EVENT:
        happened = happening_of(log)
        return "service" if happened.type.startswith("service.") else "room_event", happened
    return "log", log


def happening_of(log: Log) -> RoomHappening:
    """A log record of ROOM_EVENT as the room event that it is."""
    type_ = next((each.value for each in log.attributes if each.key == TYPE), "")
    return RoomHappening(
        id=log.id, time=log.time, type=str(type_), room=log.room, session=log.session, data=log.body
    )


def _token_item(row: Sequence[Any]) -> _Item:
    seq, run, *columns = row
    return _Item(type="token", seq=seq, data=token_from_row(columns), run=run)


def _metric_item(row: Sequence[Any]) -> _Item:
    (seq, name, type_, unit, time_ns, value, count, total, service, room, session, keys, values) = row
    measured = type_ in ("gauge", "sum")
    point = MetricPoint(
        name=name,
        type=type_,
        unit=unit,
        at=rfc3339(time_ns),
        value=value if measured else None,
        count=None if measured else count,
        sum=None if measured else total,
        service=service or None,
        room=room or None,
        session=session or None,
        attributes=dict(zip(unfolded(keys, values), values, strict=True)),
    )
    return _Item(type="metric", seq=seq, data=point, at=point.at, topic="metrics", room=room, session=session)


_SOURCES = (
    _Source(query="changed_runs", kind="runs", types=frozenset({"run"}), topic="runs", item=_run_item),
    _Source(query="changed_findings", kind="runs", types=frozenset({"finding"}), topic="runs",
            named=("runs",), item=_finding_item),
    _Source(query="changed_spans", kind="traces", types=frozenset({"span"}), topic="", item=_span_item),
    _Source(query="changed_logs", kind="logs", topic="logs", item=_log_item,
            types=frozenset({"log", "developer_log", "room_event", "service"})),
    _Source(query="changed_tokens", kind="logs", types=frozenset({"token"}), topic="", named=("runs",),
            item=_token_item),
    _Source(query="changed_metrics", kind="metrics", types=frozenset({"metric"}), topic="metrics",
            named=("rooms", "sessions"), item=_metric_item),
)  # fmt: skip
