"""Tool calls of one run, whose ends name no call."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fanlight.redact import Redactor
from fanlight.sdk.charm.failing import fail
from fanlight.sdk.snapshot import text_of
from fanlight.sdk.spans import tracer

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span

UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class _Call:
    name: str
    thread: int
    span: Span


class Calls:
    """The open calls. `masked` makes text of a value.

    A call starts and ends in one thread, whatever name the end is given: Charm keeps one name for all
    threads. An end belongs to the youngest open call of its thread, of its tool if there is one; in a thread
    without any, to the youngest of its tool anywhere, and (tool "Unknown") to the oldest that is open.
    """

    def __init__(self, masked: Callable[[Any], str]) -> None:
        self._masked = masked
        self._open: list[_Call] = []
        self._parent: Context | None = None

    def begin(self, parent: Context) -> None:
        """The run that calls belong to from now on."""
        self._parent = parent

    def start(self, tool_name: Any, given: Any) -> None:
        """A call starts in this thread."""
        name = text_of(tool_name)
        attributes = {
            "fanlight.kind": "tool",
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": name,
            "gen_ai.tool.call.arguments": self._masked(given),
        }
        span = tracer().start_span(name, context=self._parent, attributes=attributes)
        self._open.append(_Call(name, threading.get_ident(), span))

    def end(self, tool_name: Any, output: Any) -> None:
        """The call of this thread gave `output`."""
        if (call := self._take(tool_name)) is not None:
            call.span.set_attribute("gen_ai.tool.call.result", self._masked(output))
            call.span.end()

    def fail(self, tool_name: Any, error: BaseException, redactor: Redactor) -> None:
        """The call of this thread raised `error`."""
        if (call := self._take(tool_name)) is not None:
            fail(call.span, error, redactor)
            call.span.end()

    def close(self) -> None:
        """The run is over: calls without an end are ended, and say so."""
        for call in self._open:
            call.span.add_event("no end was reported")
            call.span.end()
        self._open.clear()

    def _take(self, tool_name: Any) -> _Call | None:
        name, thread = text_of(tool_name), threading.get_ident()
        here = [call for call in self._open if call.thread == thread]
        same = [call for call in here or self._open if call.name == name]
        found = same[-1:] or here[-1:] or (self._open[:1] if name == UNKNOWN else [])
        if not found:
            return None
        self._open.remove(found[0])
        return found[0]
