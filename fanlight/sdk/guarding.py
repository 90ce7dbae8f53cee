"""Where spans meet guards: kept apart, so that a process without a guard pays one look at an empty list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fanlight.errors import FanlightError

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan, Span

    from fanlight.sdk.limits import Guard


class GuardError(FanlightError):
    """A guard's limit is passed. It is raised again at every checkpoint that follows."""

    code = "guard"


guards: list[Guard] = []
"""Every guard that is on."""

RUN = "fanlight-run"
"""Key of the context: the span of the innermost `fanlight.run` that has an id of its own."""

RUN_ID = "fanlight-run-id"
"""Key of the context: the id of that run."""

PLACE = "fanlight-place"
"""Key of the context: the attributes that name the room and the session of that run."""

KEY = "fanlight-guards"
"""Key of the context: the guards that were turned on outside of any span."""


def started(span: Span, context: Context | None) -> None:
    """A span starts; a guard whose limit is passed raises."""
    for guard in tuple(guards):
        guard.started(span, context)


def ended(span: ReadableSpan) -> None:
    """A span ended."""
    for guard in tuple(guards):
        guard.ended(span)


def guards_of(context: Context | None) -> tuple[Guard, ...]:
    """The guards that `context`, or the current one, was told of."""
    from opentelemetry.context import get_value

    found = get_value(KEY, context)
    return found if isinstance(found, tuple) else ()
