"""Developer logs: log records of one event name, as the people who wrote them know them."""

from __future__ import annotations

from typing import Any

import msgspec

from fanlight.model.developer_log import EVENT, DeveloperLog
from fanlight.model.log import Log
from fanlight.model.project import ProjectScope
from fanlight.query.filter import Query
from fanlight.query.grammar import AnyOf, parse, quoted
from fanlight.query.logs import list_logs
from fanlight.query.page import Page
from fanlight.store.contract import Store


def list_developer_logs(store: Store, scope: ProjectScope, *, q: str | Query = "", **page: Any) -> Page:
    """Developer logs among the log records that `q` of `developer_filter` finds; arguments as `list_logs`.

    Raises:
        InvalidError: the filter, the cursor, the order or the limit is wrong.
    """
    found = list_logs(store, scope, q=q, **page)
    return msgspec.structs.replace(found, items=[developer_log_of(log) for log in found.items])


def developer_filter(q: str = "", *, room: str = "", session: str = "", type_: str = "") -> str:
    """The filter on log records that finds the developer logs which match `q`, of a room, session and type.

    Raises:
        InvalidError: `q` is no filter.

    Example:
        >>> developer_filter("slow OR late", room="lobby", type_="warning")
        '(slow OR late) event:"fanlight.developer_log" room:"lobby" type:"warning"'
    """
    terms = [f"({q})" if isinstance(parse(q), AnyOf) else q] if q.strip() else []
    named = {"event": EVENT, "room": room, "session": session, "type": type_}
    return " ".join([*terms, *(f"{field}:{quoted(value)}" for field, value in named.items() if value)])


def developer_log_of(log: Log) -> DeveloperLog:
    """A log record of EVENT as the developer log that it is."""
    return DeveloperLog(
        id=log.id,
        time=log.time,
        type=log.severity_text or log.level or "",
        level=log.level,
        data=log.body,
        truncated=log.truncated,
        room=log.room,
        session=log.session,
        service=log.service,
        trace_id=log.trace_id,
        span_id=log.span_id,
        run=log.run,
    )
