"""How an error is written onto a span: masked."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

from fanlight.redact import Redactor
from fanlight.sdk.snapshot import MAX_TEXT

if TYPE_CHECKING:
    from opentelemetry.trace import Span

MAX_MESSAGE = 1_024


def fail(span: Span, error: BaseException, redactor: Redactor) -> None:
    """Mark `span` as failed by `error`."""
    from opentelemetry.trace import Status, StatusCode

    told = told_of(error, redactor)
    span.set_attribute("error.type", told["exception.type"])
    span.add_event("exception", told)
    span.set_status(Status(StatusCode.ERROR, told["exception.message"][:MAX_MESSAGE]))


def told_of(error: BaseException, redactor: Redactor) -> dict[str, Any]:
    """An exception in OpenTelemetry's words."""
    return {
        "exception.type": type(error).__name__,
        "exception.message": redactor.text(_message_of(error)[:MAX_TEXT]),
        "exception.stacktrace": redactor.text(_stacktrace_of(error)[-MAX_TEXT:]),
    }


def _message_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return type(error).__name__


def _stacktrace_of(error: BaseException) -> str:
    try:
        return "".join(traceback.format_exception(type(error), error, error.__traceback__))
    except Exception:
        return type(error).__name__
