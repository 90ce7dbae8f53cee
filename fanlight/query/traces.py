"""Traces: the structure of a whole trace as columns, and one span with everything."""

from __future__ import annotations

from fanlight.errors import InvalidError, NotFoundError
from fanlight.model.project import ProjectScope
from fanlight.model.span import SpanColumns, TraceStructure
from fanlight.query.times import LATEST_NS, rfc3339
from fanlight.store.contract import Store

STATUS = ("unset", "ok", "error")
SPAN_KINDS = ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")


def get_trace(store: Store, scope: ProjectScope, trace_id: str, limit: int = 20_000) -> TraceStructure:
    """The first `limit` spans of a trace, ordered by start.

    Raises:
        InvalidError: `trace_id` is not 32 hex digits.
        NotFoundError: the project has no such trace.
    """
    parameters = {
        "trace_id": check_hex(trace_id, 32, "trace"),
        "since_ns": 0,
        "until_ns": LATEST_NS,
        "limit": limit,
    }
    columns = store.read_columns(scope, "trace_structure", parameters)
    (span, parent, name, kind, span_kind, status, start, duration, service, agent, model, tool, tokens_input,
     tokens_output, error, events) = columns  # fmt: skip
    if not len(span):
        raise NotFoundError(
            f"no trace {trace_id} in project {scope.project_id}", hint="fanlight runs lists them"
        )
    first = start[0]
    return TraceStructure(
        trace_id=trace_id,
        run_id=trace_id,
        started_at=rfc3339(first),
        duration_ns=max(begin + length for begin, length in zip(start, duration, strict=True)) - first,
        span_count=len(span),
        truncated=False,
        columns=SpanColumns(
            span_id=list(span),
            parent_span_id=list(parent),
            name=list(name),
            kind=list(kind),
            span_kind=[
                SPAN_KINDS[number] if number < len(SPAN_KINDS) else "UNSPECIFIED" for number in span_kind
            ],
            status=[STATUS[number] if number < len(STATUS) else "unset" for number in status],
            state=["finished"] * len(span),
            start_ns=[begin - first for begin in start],
            duration_ns=list(duration),
            service=list(service),
            agent=list(agent),
            model=list(model),
            tool=list(tool),
            tokens_input=list(tokens_input),
            tokens_output=list(tokens_output),
            cost=[None] * len(span),
            error_type=list(error),
            event_count=list(events),
            has_content=[False] * len(span),
        ),
    )


def check_hex(text: str, digits: int, what: str) -> str:
    """`text` in lower case if it is an id of so many hex digits. Raises InvalidError."""
    lowered = text.lower()
    if len(lowered) == digits and all(digit in "0123456789abcdef" for digit in lowered):
        return lowered
    raise InvalidError(f"{text[:80]!r} is no {what} id", hint=f"it is {digits} hex digits")
