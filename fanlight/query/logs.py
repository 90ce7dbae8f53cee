"""Log records: the list and one record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from fanlight.errors import InvalidError, NotFoundError
from fanlight.model.log import LEVELS, Log
from fanlight.model.project import ProjectScope
from fanlight.otlp.values import decode_attributes, decode_value
from fanlight.query.filter import Query, compile_filter
from fanlight.query.page import Page, check_limit, decode_cursor, encode_cursor
from fanlight.query.times import bounded, rfc3339, rfc3339_or_none
from fanlight.store.contract import Store

LIST_BODY_CHARACTERS = 16 * 1024
LAST_SEQ = 2**64 - 1
STRING = 1
NO_TRACE = "0" * 32
NO_SPAN = "0" * 16

TOKEN_EVENT = "fanlight.token"  # noqa: S105 - the name of an event
_NO_TOKENS = f" AND event_name != '{TOKEN_EVENT}'"

Order = Literal["desc", "asc"]
_QUERIES = {"desc": "list_logs", "asc": "list_logs_ascending"}


def list_logs(
    store: Store,
    scope: ProjectScope,
    *,
    q: str | Query = "",
    since_ns: int | None = None,
    until_ns: int | None = None,
    limit: int = 100,
    cursor: str | None = None,
    order: Order = "desc",
) -> Page:
    """Log records of [since, until) that match `q`; newest first, or oldest first for a tail.

    Streamed tokens are left out, unless the filter names their event.

    Raises:
        InvalidError: the filter, the cursor, the order or the limit is wrong.
    """
    check_limit(limit)
    if order not in _QUERIES:
        raise InvalidError(f"order is {order!r}", hint="it is desc or asc")
    condition = compile_filter(store, "logs", q)
    since, until = bounded(since_ns, until_ns)
    noun = f"logs {order}"
    place: tuple[int, int] = (until, 0) if order == "desc" else (since - 1, LAST_SEQ)
    if cursor is not None:
        pick = min if order == "desc" else max
        place = pick(place, decode_cursor(cursor, noun, int, int))
    parameters = {
        **condition.parameters,
        "since_ns": since,
        "until_ns": until,
        "place_ns": place[0],
        "place_seq": place[1],
        "body_characters": LIST_BODY_CHARACTERS + 1,
        "limit": limit + 1,
    }
    hidden = "" if TOKEN_EVENT in (q.text if isinstance(q, Query) else q) else _NO_TOKENS
    rows = store.read(scope, _QUERIES[order], parameters, {"filter": condition.sql + hidden})
    logs = [log_from_row(row, cut=True) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(items=logs, next=encode_cursor(noun, *rows[limit - 1][:2]) if more else None)


def get_log(store: Store, scope: ProjectScope, log_id: str) -> Log:
    """One log record with its whole body.

    Raises:
        InvalidError: `log_id` is no id of a log record.
        NotFoundError: the project has no such record.
    """
    time_ns, seq = decode_cursor(log_id, "log", int, int)
    rows = store.read(scope, "get_log", {"time_ns": time_ns, "seq": seq})
    if not rows:
        raise NotFoundError(
            f"no log record {log_id} in project {scope.project_id}", hint="fanlight logs lists them"
        )
    return log_from_row(rows[0], cut=False)


def log_from_row(row: Sequence[Any], *, cut: bool) -> Log:
    """A log record from the columns that `list_logs.sql` names; `cut` shortens a long text body."""
    (
        time_ns, seq, observed_ns, severity, severity_text, body, body_type, event, trace_id, span_id,
        run_id, service, room, session, scope_name,
        keys, values, types, resource_keys, resource_values, resource_types,
    ) = row  # fmt: skip
    long = cut and body_type == STRING and len(body) > LIST_BODY_CHARACTERS
    traced = trace_id != NO_TRACE
    return Log(
        id=encode_cursor("log", time_ns, seq),
        time=rfc3339(time_ns),
        observed_at=rfc3339_or_none(observed_ns),
        level=level_name(severity),
        severity_number=severity,
        severity_text=severity_text,
        body=body[:LIST_BODY_CHARACTERS] if long else decode_value(body, body_type),
        truncated=long,
        event_name=event or None,
        trace_id=trace_id if traced else None,
        span_id=span_id if span_id != NO_SPAN else None,
        run=run_id or (trace_id if traced else None),
        service=service or None,
        room=room or None,
        session=session or None,
        scope_name=scope_name or None,
        attributes=decode_attributes(keys, values, types),
        resource_attributes=decode_attributes(resource_keys, resource_values, resource_types),
    )


def level_name(severity_number: int) -> str | None:
    """OTLP's severity number as one of LEVELS; None when it is not set or out of range.

    Example:
        >>> level_name(9), level_name(17), level_name(0)
        ('info', 'error', None)
    """
    return LEVELS[(severity_number - 1) // 4] if 1 <= severity_number <= 24 else None
