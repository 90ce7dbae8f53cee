"""Words for the store's numbers of a span, and one span as a row."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from fanlight.model.span import Attribute, Span, SpanCost, SpanEvent, SpanLink, SpanRow
from fanlight.otlp.values import decode_attributes
from fanlight.query.times import rfc3339

RAW_ARMS = frozenset({5, 6, 7})
"""The arms of a value (array, kvlist, bytes) whose text in the store is base64 when read."""

LONGEST_READ_BYTES = 16 * 1024 * 1024
"""So much of one attribute is read."""

CUT_VALUE = "cut_value"

NO_SPAN = "0" * 16
STATUS = ("unset", "ok", "error")
SPAN_KINDS = ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")


def status_name(code: int) -> str:
    """OTLP's status code in words; a code that OTLP does not know is unset."""
    return STATUS[code] if code < len(STATUS) else STATUS[0]


def span_kind_name(number: int) -> str:
    """OTLP's span kind in words; a number that OTLP does not know is UNSPECIFIED."""
    return SPAN_KINDS[number] if number < len(SPAN_KINDS) else SPAN_KINDS[0]


def tokens_per_second(
    tokens: int | None, duration_ns: int | None, first_token_ns: int | None
) -> float | None:
    """How fast a model wrote, from its first token on; None where that is not known.

    Example:
        >>> tokens_per_second(100, 3_000_000_000, 1_000_000_000), tokens_per_second(100, None, None)
        (50.0, None)
    """
    if not tokens or duration_ns is None or first_token_ns is None or first_token_ns >= duration_ns:
        return None
    return round(tokens / ((duration_ns - first_token_ns) / 1e9), 2)


def span_row(row: Sequence[Any]) -> SpanRow:
    """One span from the columns that `changed_spans.sql` names behind seq, room and session."""
    (
        trace_id, run_id, span_id, parent, name, kind, span_kind, status, state, started_ns, duration_ns,
        service, agent, model, tool, tokens_input, tokens_output, error_type, events, content,
        cost, finish_reason, first_token_ns,
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
        state=state,
        started_at=rfc3339(started_ns),
        duration_ns=duration_ns,
        service=service or None,
        agent=agent or None,
        model=model or None,
        tool=tool or None,
        tokens_input=tokens_input,
        tokens_output=tokens_output,
        cost=cost,
        error_type=error_type or None,
        event_count=events,
        has_content=bool(content),
        finish_reason=finish_reason or None,
        first_token_ns=first_token_ns,
    )


def span_from_row(row: Sequence[Any], long_values: Sequence[Sequence[Any]]) -> Span:
    """A whole span from the columns that `get_span.sql` names.

    `long_values` are the attribute values that the store keeps apart, as `span_content.sql` gives them: place
    from 1, value as base64, whether that is all of it. "cut_value" stays among the flags only when it is not.
    """
    (
        trace_id, span_id, parent, name, kind, span_kind, status, status_message, state, started_ns, start_ns,
        end_ns, service, agent, model, provider, tool, session, user, room, operation, dialect, tokens_input,
        tokens_output, cache_read, cache_write, reasoning, finish_reason, first_token_ns, cost, cost_source,
        price_id, unpriced, reported, currency, error_type, trace_state, span_flags, scope_name,
        scope_version, scope, resource, attributes, events, links, lost_attributes, lost_events, lost_links,
        flags,
    ) = row  # fmt: skip
    finished = state == "finished"
    duration_ns = max(end_ns - start_ns, 0) if finished else None
    whole = all(is_whole for _, _, is_whole in long_values)
    return Span(
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=parent if parent != NO_SPAN else None,
        name=name,
        kind=kind,
        span_kind=span_kind_name(span_kind),
        status=status_name(status),
        status_message=status_message,
        state=state,
        started_at=rfc3339(started_ns),
        ended_at=None if duration_ns is None else rfc3339(started_ns + duration_ns),
        start_ns=str(start_ns),
        end_ns=str(end_ns),
        duration_ns=duration_ns,
        service=service or None,
        agent=agent or None,
        model=model or None,
        provider=provider or None,
        tool=tool or None,
        session=session or None,
        user=user or None,
        room=room or None,
        operation=operation or None,
        dialect=dialect or None,
        tokens={
            "input": tokens_input,
            "output": tokens_output,
            "cache_read": cache_read,
            "cache_write": cache_write,
            "reasoning": reasoning,
        },
        finish_reason=finish_reason or None,
        first_token_ns=first_token_ns,
        tokens_per_s=tokens_per_second(tokens_output, duration_ns, first_token_ns),
        cost=_cost(cost, cost_source, price_id, unpriced, reported, currency),
        error_type=error_type or None,
        trace_state=trace_state,
        span_flags=span_flags,
        scope_name=scope_name,
        scope_version=scope_version,
        scope_attributes=decode_attributes(*scope),
        resource_attributes=decode_attributes(*resource),
        attributes=_whole(attributes, long_values),
        events=[_event(*event) for event in zip(*events, strict=True)],
        links=[_link(*link) for link in zip(*links, strict=True)],
        dropped_attributes_count=lost_attributes,
        dropped_events_count=lost_events,
        dropped_links_count=lost_links,
        flags=[flag for flag in flags if flag != CUT_VALUE or not whole],
    )


def _cost(
    amount: str | None, source: str, price_id: int, unpriced: str, reported: str | None, currency: str
) -> SpanCost | None:
    if amount is None and reported is None and not unpriced:
        return None
    return SpanCost(
        amount=amount,
        source=source or None,
        price_id=str(price_id) if price_id else None,
        unpriced=unpriced or None,
        reported=reported,
        reported_currency=currency or None,
    )


def _whole(
    attributes: tuple[Sequence[str], Sequence[str], Sequence[int]],
    long_values: Sequence[Sequence[Any]],
) -> list[Attribute]:
    keys, values, types = attributes
    found = list(values)
    for place, value, _ in long_values:
        at = place - 1
        # The end of a value that is too long may divide a character.
        found[at] = value if types[at] in RAW_ARMS else base64.b64decode(value).decode(errors="replace")
    return decode_attributes(keys, found, types)


def _event(time_ns: int, name: str, keys: Any, values: Any, types: Any, dropped: int) -> SpanEvent:
    attributes = decode_attributes(keys, values, types)
    return SpanEvent(
        time=rfc3339(time_ns), name=name, attributes=attributes, dropped_attributes_count=dropped
    )


def _link(
    trace_id: str, span_id: str, state: str, keys: Any, values: Any, types: Any, flags: int, dropped: int
) -> SpanLink:
    return SpanLink(
        trace_id=trace_id,
        span_id=span_id,
        trace_state=state,
        attributes=decode_attributes(keys, values, types),
        flags=flags,
        dropped_attributes_count=dropped,
    )
