"""Traces: the structure of a whole trace as columns, and one span with everything."""

from __future__ import annotations

from typing import Any

import msgspec

from fanlight.clock import SYSTEM, Clock
from fanlight.errors import InvalidError, NotFoundError
from fanlight.model.project import ProjectScope
from fanlight.model.span import Span, TraceStructure
from fanlight.query.contents import content_of
from fanlight.query.costs import with_terms
from fanlight.query.spans import LONGEST_READ_BYTES, span_from_row
from fanlight.query.structure import make_columns
from fanlight.query.times import rfc3339
from fanlight.store.contract import Store
from fanlight.store.prompts import Record, read_prompts

OPEN_SPAN_LOST_MS = 50_000
"""The default of the setting `span_lost_after_s`."""

PROMPT_LOST_MS = 300_000
"""The default of the setting `run_lost_after_s`: coding agents have no heartbeat while a tool runs."""


def get_trace(
    store: Store,
    scope: ProjectScope,
    trace_id: str,
    limit: int = 20_000,
    *,
    lost_after_ms: int = OPEN_SPAN_LOST_MS,
    clock: Clock = SYSTEM,
) -> TraceStructure:
    """The first `limit` spans of a trace, ordered by start; `span_count` says how many there are in all.

    A parent that did not come has a placeholder, unless the trace is truncated: it may be in the rest.

    Raises:
        InvalidError: `trace_id` is not 32 hex digits.
        NotFoundError: the project has no such trace.
    """
    place = place_of(store, scope, trace_id)
    heard_ms = clock.now_ns() // 1_000_000 - lost_after_ms
    asked = {**place, "heard_ms": heard_ms, "limit": limit + 1}
    query = "trace_structure" if place["opened"] else "trace_finished"
    columns = [list(column[:limit]) for column in store.read_columns(scope, query, asked)]
    span_id = columns[0]
    if not span_id:
        raise _no_trace(scope, trace_id)
    count = len(span_id)
    if count == limit:
        [(count,)] = store.read(scope, "trace_size", place)
    _tell_prompts(columns, heard_ns=clock.now_ns() - PROMPT_LOST_MS * 1_000_000)
    started_ns, duration_ns = columns[7], columns[8]
    first = started_ns[0]
    last = max(begin + (length or 0) for begin, length in zip(started_ns, duration_ns, strict=True))
    return TraceStructure(
        trace_id=place["trace_id"],
        run_id=columns[18][0],
        started_at=rfc3339(first),
        duration_ns=last - first,
        span_count=count,
        truncated=count > len(span_id),
        columns=make_columns(columns, first, complete=count == len(span_id)),
    )


def get_span(
    store: Store,
    scope: ProjectScope,
    trace_id: str,
    span_id: str,
    *,
    raw: bool = False,
    lost_after_ms: int = OPEN_SPAN_LOST_MS,
    clock: Clock = SYSTEM,
) -> Span:
    """One span with everything that was sent; of an open span its newest snapshot. `raw`: without `content`.

    Raises:
        InvalidError: an id is not made of hex digits, or not of so many.
        NotFoundError: the project has no such span.
    """
    span = check_hex(span_id, 16, "span")
    place = {**place_of(store, scope, trace_id), "span_id": span}
    heard_ms = clock.now_ns() // 1_000_000 - lost_after_ms
    rows = store.read(scope, "get_span", {**place, "heard_ms": heard_ms})
    if not rows:
        hint = "the trace lists its spans"
        raise NotFoundError(f"no span {span} in trace {place['trace_id']} of {scope.project_id}", hint=hint)
    asked = {"trace_id": place["trace_id"], "span_id": span, "longest": LONGEST_READ_BYTES}
    found = span_from_row(rows[0], store.read(scope, "span_content", asked))
    # Of a key that came twice the first counts, as in the engine.
    attributes = {each.key: each.value for each in reversed(found.attributes)}
    cost = with_terms(store, scope, found.cost, found.tokens, attributes)
    found = msgspec.structs.replace(found, cost=cost)
    if raw:
        return found
    return msgspec.structs.replace(found, content=content_of(store, scope, found, place))


def check_hex(text: str, digits: int, what: str) -> str:
    """`text` in lower case if it is an id of so many hex digits. Raises InvalidError."""
    lowered = text.lower()
    if len(lowered) == digits and all(digit in "0123456789abcdef" for digit in lowered):
        return lowered
    raise InvalidError(f"{text[:80]!r} is no {what} id", hint=f"it is {digits} hex digits")


def place_of(store: Store, scope: ProjectScope, trace_id: str) -> dict[str, Any]:
    """Where the trace lies, as the parameters that every question about it takes."""
    trace = check_hex(trace_id, 32, "trace")
    found = store.read(scope, "trace_place", {"trace_id": trace})
    if not found:
        raise _no_trace(scope, trace)
    since_ns, until_ns, opened = found[0]
    return {"trace_id": trace, "since_ns": since_ns, "until_ns": until_ns, "opened": opened}


def _no_trace(scope: ProjectScope, trace_id: str) -> NotFoundError:
    return NotFoundError(
        f"no trace {trace_id} in project {scope.project_id}", hint="fanlight runs lists them"
    )


def _tell_prompts(columns: list[list[Any]], *, heard_ns: int) -> None:
    """Give the prompts of coding agents their end, and their records their place below them."""
    span_id, parent, status, state, started_ns, duration_ns, error_type, operation = (
        columns[place] for place in (0, 1, 5, 6, 7, 8, 15, 19)
    )
    places = {span_id[place]: place for place, word in enumerate(operation) if word}
    told, owners = read_prompts(
        [
            Record(span, operation[place], started_ns[place] + (duration_ns[place] or 0), error_type[place])
            for span, place in places.items()
        ]
    )
    for record, prompt in owners.items():
        parent[places[record]] = prompt
    for prompt, what in told.items():
        place, last = places[prompt], what.last
        if what.standing == "open":
            state[place] = "lost" if last.end_ns < heard_ns else "open"
            duration_ns[place] = None
        else:
            duration_ns[place] = max(0, last.end_ns - started_ns[place])
        if what.standing == "failed":
            status[place], error_type[place] = 2, last.error_type
