"""Words for the store's numbers of a span, and one span as a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fanlight.model.span import SpanRow
from fanlight.query.times import rfc3339

NO_SPAN = "0" * 16
STATUS = ("unset", "ok", "error")
SPAN_KINDS = ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")


def status_name(code: int) -> str:
    """OTLP's status code in words; a code that OTLP does not know is unset."""
    return STATUS[code] if code < len(STATUS) else STATUS[0]


def span_kind_name(number: int) -> str:
    """OTLP's span kind in words; a number that OTLP does not know is UNSPECIFIED."""
    return SPAN_KINDS[number] if number < len(SPAN_KINDS) else SPAN_KINDS[0]


def span_row(row: Sequence[Any]) -> SpanRow:
    """One span from the columns that `changed_spans.sql` names behind seq, room and session."""
    (
        trace_id, run_id, span_id, parent, name, kind, span_kind, status, started_ns, duration_ns, service,
        agent, model, tool, tokens_input, tokens_output, error_type, events,
    ) = row  # fmt: skip
    return SpanRow(
        trace_id=trace_id,
        run_id=run_id,
        span_id=span_id,
        parent_span_id=parent if parent != NO_SPAN else None,
        name=name,
        kind=kind,
        span_kind=span_kind_name(span_kind),
        status=status_name(status),
        state="finished",
        started_at=rfc3339(started_ns),
        duration_ns=duration_ns,
        service=service or None,
        agent=agent or None,
        model=model or None,
        tool=tool or None,
        tokens_input=tokens_input,
        tokens_output=tokens_output,
        cost=None,
        error_type=error_type or None,
        event_count=events,
        has_content=False,
    )
