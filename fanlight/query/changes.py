"""What changed: the rows of a range of sequences as events, for live delivery and for a resume alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from fanlight.errors import InvalidError
from fanlight.model.event import KINDS, Event
from fanlight.model.metric import MetricPoint
from fanlight.model.project import ProjectScope
from fanlight.query.findings import finding_from_row
from fanlight.query.logs import LIST_BODY_CHARACTERS, log_from_row
from fanlight.query.runs import run_from_row
from fanlight.query.spans import span_row
from fanlight.query.times import rfc3339
from fanlight.query.tokens import token_from_row
from fanlight.store.contract import Store

WHOLE = ("runs", "logs", "metrics")
NAMED = ("run", "room", "session")

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """The topics of a subscription, sorted: whole lists by name, and single runs, rooms and sessions."""

    whole: frozenset[str]
    runs: tuple[str, ...]
    rooms: tuple[str, ...]
    sessions: tuple[str, ...]


def parse_topics(topics: Iterable[str]) -> Topics:
    """What `runs`, `logs`, `metrics`, `run:{id}`, `room:{name}` and `session:{id}` ask for.

    Raises:
        InvalidError: a topic is none of these, or none is given.

    Example:
        >>> parse_topics(["logs", "room:lobby"])
        Topics(whole=frozenset({'logs'}), runs=(), rooms=('lobby',), sessions=())
    """
    whole: set[str] = set()
    named: dict[str, list[str]] = {kind: [] for kind in NAMED}
    for topic in sorted(topics):
        kind, _, name = topic.partition(":")
        if topic in WHOLE:
            whole.add(topic)
        elif kind in named and name:
            named[kind].append(name)
        else:
            hint = "topics are runs, logs, metrics, run:ID, room:NAME and session:ID"
            raise InvalidError(f"{topic[:80]!r} is no topic", hint=hint)
    if not whole and not any(named.values()):
        raise InvalidError("a stream needs a topic", hint="for example topics=runs,logs")
    return Topics(
        whole=frozenset(whole),
        runs=tuple(named["run"]),
        rooms=tuple(named["room"]),
        sessions=tuple(named["session"]),
    )


def list_changes(
    store: Store,
    scope: ProjectScope,
    topics: frozenset[str],
    *,
    after: int,
    upto: int,
    limit: int,
    kinds: frozenset[str] = KINDS,
) -> list[Event]:
    """The events of `topics` with `after` < seq <= `upto`, in order of seq, the first `limit` of them.

    A full answer (`limit` events) goes on behind the last one's seq. An event's `topics` are all that it
    belongs to; its payload is the JSON object of one item of the stream: topics, type, seq and data.
    A span is an event of its run, room and session only, streamed text of its run only. Of a run's summaries
    written since a reader last looked, older ones may be missing; the newest is always there.

    `kinds` says what there can be in the range; the rest is not asked for.

    Raises:
        InvalidError: a topic is unknown.
    """
    asked = parse_topics(topics)
    parameters = {
        "after": after,
        "upto": upto,
        "limit": limit,
        "runs": list(asked.runs),
        "rooms": list(asked.rooms),
        "sessions": list(asked.sessions),
    }
    found: list[Event] = []
    for source in _SOURCES:
        if source.kind in kinds and source.asked(asked):
            own = {**parameters, **source.parameters, "all": source.topic in asked.whole}
            found += map(source.event, store.read(scope, source.query, own))
    return sorted(found, key=lambda event: event.seq)[:limit]


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
class _Source:
    """One sort of change: its question, its kind, the topic of all of it ('' = none), and the event of a row.

    `named` are the single things that have it as well.
    """

    query: str
    kind: str
    topic: str
    event: Callable[[Sequence[Any]], Event]
    named: tuple[str, ...] = ("runs", "rooms", "sessions")
    parameters: dict[str, Any] = field(default_factory=dict)

    def asked(self, topics: Topics) -> bool:
        return self.topic in topics.whole or any(getattr(topics, kind) for kind in self.named)


def _event(type_: str, seq: int, data: Any, *, topic: str, run: str | None, room: str | None,
           session: str | None) -> Event:  # fmt: skip
    named = {"run": run, "room": room, "session": session}
    topics = frozenset(
        [*([topic] if topic else []), *(f"{kind}:{name}" for kind, name in named.items() if name)]
    )
    payload = _encode({"topics": sorted(topics), "type": type_, "seq": str(seq), "data": data})
    return Event(seq=seq, topics=topics, payload=payload)


def _run_event(row: Sequence[Any]) -> Event:
    seq, *columns = row
    run = run_from_row(columns)
    return _event("run", seq, run, topic="runs", run=run.id, room=run.room, session=run.session)


def _span_event(row: Sequence[Any]) -> Event:
    seq, room, session, *columns = row
    span = span_row(columns)
    return _event("span", seq, span, topic="", run=span.run_id, room=room, session=session)


def _log_event(row: Sequence[Any]) -> Event:
    log = log_from_row(row, cut=True)
    return _event("log", row[1], log, topic="logs", run=log.run, room=log.room, session=log.session)


def _token_event(row: Sequence[Any]) -> Event:
    seq, run, *columns = row
    return _event("token", seq, token_from_row(columns), topic="", run=run, room=None, session=None)


def _finding_event(row: Sequence[Any]) -> Event:
    finding = finding_from_row(row)
    return _event("finding", row[0], finding, topic="runs", run=finding.run_id, room=None, session=None)


def _metric_event(row: Sequence[Any]) -> Event:
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
        attributes=dict(zip(keys, values, strict=True)),
    )
    return _event("metric", seq, point, topic="metrics", run=None, room=room, session=session)


_SOURCES = (
    _Source(query="changed_runs", kind="runs", topic="runs", event=_run_event),
    _Source(query="changed_findings", kind="runs", topic="runs", event=_finding_event),
    _Source(query="changed_spans", kind="traces", topic="", event=_span_event),
    _Source(query="changed_logs", kind="logs", topic="logs", event=_log_event,
            parameters={"body_characters": LIST_BODY_CHARACTERS + 1}),
    _Source(query="changed_tokens", kind="logs", topic="", named=("runs",), event=_token_event),
    _Source(query="changed_metrics", kind="metrics", topic="metrics", named=("rooms", "sessions"),
            event=_metric_event),
)  # fmt: skip
