"""Where spans meet guards: kept apart, so that a process without a guard pays one look at an empty list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan, Span

guards: list[Any] = []
"""Every guard that is on."""


def started(span: Span, context: Context | None) -> None:
    """A span starts; a guard whose limit is passed raises."""
    for guard in tuple(guards):
        guard.started(span, context)


def ended(span: ReadableSpan) -> None:
    """A span ended."""
    for guard in tuple(guards):
        guard.ended(span)
