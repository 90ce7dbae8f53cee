"""What happened in a session: its log records, developer logs among them, and the events of its room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from fanlight.model.log import Log
from fanlight.model.meshagent import MeshEvent
from fanlight.model.project import ProjectScope
from fanlight.model.span import Attribute
from fanlight.query.filter import Condition
from fanlight.query.logs import TOKEN_EVENT, log_from_row
from fanlight.query.meshagent.listing import LONGEST, MOST, Rows, cut, newest
from fanlight.query.meshagent.text import harmless, harmless_value
from fanlight.query.page import Page, decode_cursor
from fanlight.query.times import EARLIEST_NS, LATEST_NS
from fanlight.store.contract import Store

LOG = "otel.log"
ROOM_EVENT = "fanlight.room.event"
EVENT_TYPE = "fanlight.event.type"

_NOUN = "session events"
_NO_TOKENS = f" AND event_name != '{TOKEN_EVENT}'"


def list_events(
    store: Store,
    scope: ProjectScope,
    within: Condition,
    *,
    floor_ns: int = EARLIEST_NS,
    limit: int = MOST,
    cursor: str | None = None,
) -> Page:
    """The newest events of a session, oldest first; `next` leads to those before.

    None is older than `floor_ns`. Streamed pieces of text are left out. A long text is cut, and ends in "…".

    Raises:
        InvalidError: the cursor is wrong.
    """
    start = (LATEST_NS, 0) if cursor is None else decode_cursor(cursor, _NOUN, int, int)
    read = partial(_read, store, scope, within, floor_ns)
    return newest(read, _event, noun=_NOUN, start=start, limit=limit)


def log_text(body: Any) -> str:
    """A log record's body as one text: a mapping's message first, and the rest as JSON behind it.

    Example:
        >>> log_text("hi"), log_text({"message": "hello", "attempt": 2}), log_text({"attempt": 2})
        ('hi', 'hello {"attempt":2}', '{"attempt":2}')
    """
    if isinstance(body, str):
        return body
    if body is None:
        return ""
    if isinstance(body, Mapping) and isinstance(body.get("message"), str):
        rest = {key: value for key, value in body.items() if key != "message"}
        return f"{body['message']} {_json(rest)}" if rest else str(body["message"])
    return _json(body)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _read(
    store: Store, scope: ProjectScope, within: Condition, floor_ns: int, place: tuple[Any, ...], limit: int
) -> Rows:
    parameters = {
        **within.parameters,
        "since_ns": floor_ns,
        "place_ns": place[0],
        "place_seq": place[1],
        "body_characters": LONGEST + 1,
        "limit": limit,
    }
    return store.read(scope, "list_logs", parameters, {"filter": within.sql + _NO_TOKENS})


def _event(row: Sequence[Any]) -> MeshEvent:
    log = log_from_row(row, cut=False)
    if log.event_name == ROOM_EVENT:
        named = next((each.value for each in log.attributes if each.key == EVENT_TYPE), ROOM_EVENT)
        return MeshEvent(type=str(named), created_at=log.time, data=harmless_value(log.body))
    return MeshEvent(type=LOG, created_at=log.time, data=_log(log))


def _log(log: Log) -> dict[str, Any]:
    return {
        "log": cut(harmless(log_text(log.body))),
        "body": cut(harmless(log.body)) if isinstance(log.body, str) else harmless_value(log.body),
        "severity_text": harmless(log.severity_text or (log.level or "").upper()),
        "severity_number": log.severity_number,
        "scope_name": harmless(log.scope_name or ""),
        "event_name": log.event_name,
        "trace_id": log.trace_id,
        "span_id": log.span_id,
        "log_attributes": _mapping(log.attributes),
        "resource_attributes": _mapping(log.resource_attributes),
    }


def _mapping(attributes: Sequence[Attribute]) -> dict[str, Any]:
    return {harmless(each.key): harmless_value(each.value) for each in attributes}
