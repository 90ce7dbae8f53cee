"""The spans of a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from fanlight.model.meshagent import MeshSpan
from fanlight.model.project import ProjectScope
from fanlight.otlp.values import decode_attributes
from fanlight.query.filter import Condition
from fanlight.query.meshagent.listing import LONGEST, MOST, Rows, cut, newest
from fanlight.query.meshagent.text import harmless, harmless_value
from fanlight.query.page import Page, decode_cursor
from fanlight.query.spans import status_name
from fanlight.query.times import EARLIEST_NS, LATEST_NS, rfc3339
from fanlight.store.contract import Store

MS = 1_000_000
_NOUN = "session spans"


def list_spans(
    store: Store,
    scope: ProjectScope,
    within: Condition,
    *,
    heard_ns: int,
    floor_ns: int = EARLIEST_NS,
    limit: int = MOST,
    cursor: str | None = None,
) -> Page:
    """The newest spans of a session, oldest first; `next` leads to those before.

    None began before `floor_ns`. An open span whose process was not heard of since `heard_ns` is lost. A long
    text is cut, and ends in "…".

    Raises:
        InvalidError: the cursor is wrong.
    """
    start = (LATEST_NS, "", "") if cursor is None else decode_cursor(cursor, _NOUN, int, str, str)
    read = partial(_read, store, scope, within, {"floor_ns": floor_ns, "heard_ms": heard_ns // MS})
    return newest(read, _span, noun=_NOUN, start=start, limit=limit)


def _read(
    store: Store,
    scope: ProjectScope,
    within: Condition,
    times: Mapping[str, int],
    place: tuple[Any, ...],
    limit: int,
) -> Rows:
    parameters: Mapping[str, Any] = {
        **within.parameters,
        **dict(zip(("place_ns", "place_trace", "place_span"), place, strict=True)),
        **times,
        "characters": LONGEST + 1,
        "limit": limit,
    }
    return store.read(scope, "session_spans", parameters, {"filter": within.sql})


def _span(row: Sequence[Any]) -> MeshSpan:
    (
        start_ns, trace_id, span_id, parent, name, duration_ns, kind, status, status_message, state, service,
        keys, values, types,
    ) = row  # fmt: skip
    attributes = decode_attributes(keys, values, types)
    return MeshSpan(
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=parent,
        span_name=harmless(name),
        created_at=rfc3339(start_ns),
        duration=duration_ns,
        span_attributes={
            harmless(each.key): cut(harmless(each.value))
            if isinstance(each.value, str)
            else harmless_value(each.value)
            for each in attributes
        },
        kind=kind,
        status=status_name(status),
        status_message=harmless(status_message) or None,
        state=state,
        service_name=service or None,
    )
