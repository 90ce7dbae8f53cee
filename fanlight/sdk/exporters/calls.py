"""Charm's hooks as calls that begin and end: a run, with its tools and its streamed answers below it."""

from __future__ import annotations

import abc
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fanlight.sdk.charm.hooks import BaseTelemetryExporter
from fanlight.sdk.snapshot import text_of

MOST_STREAM_CHARACTERS = 64 * 1024
NO_END = "no end was reported"
ENDED_BY_RETURN = frozenset({"success", "suspended", None})


class CallKind(StrEnum):
    """What a call is."""

    RUN = "run"
    TOOL = "tool"
    STREAM = "stream"


@dataclass(slots=True, eq=False, kw_only=True)
class Call:
    """One call, filled as the hooks tell of it; whoever exports it keeps its own in `handle`.

    `status` is what a run's outputs say (success, error, suspended); `pieces` counts a stream's tokens;
    `failure` is an exception, or words when there is none.
    """

    kind: CallKind
    name: str
    parent: Call | None = None
    input: str = ""
    thread: int = 0
    started_ns: int = 0
    ended_ns: int = 0
    output: str = ""
    status: str | None = None
    failure: BaseException | str | None = None
    pieces: int = 0
    handle: Any = None
    texts: list[str] = field(default_factory=list)
    characters: int = 0

    @property
    def duration_ms(self) -> float:
        """How long it took."""
        return (self.ended_ns - self.started_ns) / 1e6

    @property
    def failure_type(self) -> str | None:
        """The name of the exception's class; `error` for words."""
        if self.failure is None:
            return None
        return "error" if isinstance(self.failure, str) else type(self.failure).__name__

    @property
    def failure_text(self) -> str:
        """What the failure says. An exception's own `__str__` may fail too."""
        if self.failure is None or isinstance(self.failure, str):
            return self.failure or ""
        try:
            return text_of(str(self.failure))
        except Exception:
            return f"<{type(self.failure).__name__}>"


class CallExporter(BaseTelemetryExporter):
    """What the ready-made exporters share. Subclasses say what a call's begin, end and an action become.

    The hooks name no call: an end belongs to the youngest open call of the same tool in the same thread, then
    of the same tool anywhere, then (tool "Unknown") to the oldest that is open. An exporter serves one run at
    a time, from any thread; `begin`, `end` and `act` are called under its lock.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self.environ: Mapping[str, str] = os.environ if environ is None else environ
        self._lock = threading.RLock()
        self._run: Call | None = None
        self._tools: list[Call] = []
        self._stream: Call | None = None

    @abc.abstractmethod
    def begin(self, call: Call) -> None:
        """A call begins; what it is known by later goes into `call.handle`."""

    @abc.abstractmethod
    def end(self, call: Call) -> None:
        """A call that began has ended."""

    @abc.abstractmethod
    def act(self, run: Call | None, tool: str, tool_input: str) -> None:
        """The agent decided to use a tool."""

    def flush(self) -> None:
        """Send what waits, for a bounded time. Nothing waits unless a subclass says so."""

    def shutdown(self) -> None:
        """Close the calls that never ended, then flush."""
        with self._lock:
            self._end_run(NO_END)
        self.flush()

    @property
    def run_name(self) -> str:
        """What a run is called: the service that the agent runs as is the nearest that the hooks tell."""
        return self.environ.get("OTEL_SERVICE_NAME") or "charm run"

    def on_run_start(self, run_id: str, inputs: dict[str, Any]) -> None:
        with self._lock:
            self._end_run(NO_END)
            self._run = self._begin(CallKind.RUN, self.run_name, text_of(inputs))

    def on_run_end(self, run_id: str, outputs: dict[str, Any]) -> None:
        with self._lock:
            if self._run is None:
                return
            self._run.output = text_of(outputs)
            status = outputs.get("status") if type(outputs) is dict else None
            self._run.status = None if status is None else text_of(status)
            # Charm calls on_error next for any other status; the run ends there, with its error.
            if self._run.status in ENDED_BY_RETURN:
                self._end_run(None)

    def on_error(self, run_id: str, error: Exception) -> None:
        with self._lock:
            if self._run is None:
                # Charm found that what a finished run gave back cannot be written: a failure of its own.
                self._run = self._begin(CallKind.RUN, f"{self.run_name}: after its end", "")
            self._end_run(error)

    def on_tool_start(self, tool_name: str, input_str: str) -> None:
        with self._lock:
            self._end_stream()
            self._tools.append(self._begin(CallKind.TOOL, text_of(tool_name), text_of(input_str)))

    def on_tool_end(self, tool_name: str, output: str) -> None:
        with self._lock:
            if (call := self._take(text_of(tool_name))) is not None:
                call.output = text_of(output)
                self._end(call)

    def on_tool_error(self, tool_name: str, error: BaseException) -> None:
        with self._lock:
            if (call := self._take(text_of(tool_name))) is not None:
                call.failure = error
                self._end(call)

    def on_llm_new_token(self, token: str) -> None:
        with self._lock:
            if self._stream is None:
                self._stream = self._begin(CallKind.STREAM, "model stream", "")
            stream = self._stream
            stream.pieces += 1
            if stream.characters < MOST_STREAM_CHARACTERS:
                text = text_of(token)
                stream.texts.append(text)
                stream.characters += len(text)

    def on_agent_action(self, tool: str, tool_input: Any) -> None:
        with self._lock:
            self._end_stream()
            self.act(self._run, text_of(tool), text_of(tool_input))

    def _begin(self, kind: CallKind, name: str, input_: str) -> Call:
        call = Call(
            kind=kind,
            name=name,
            parent=None if kind is CallKind.RUN else self._run,
            input=input_,
            thread=threading.get_ident(),
            started_ns=time.time_ns(),
        )
        self.begin(call)
        return call

    def _end(self, call: Call) -> None:
        call.ended_ns = time.time_ns()
        self.end(call)

    def _take(self, name: str) -> Call | None:
        same = [call for call in self._tools if call.name == name]
        here = [call for call in same if call.thread == threading.get_ident()]
        found = here[-1:] or same[-1:] or (self._tools[:1] if name == "Unknown" else [])
        if not found:
            return None
        self._tools.remove(found[0])
        return found[0]

    def _end_stream(self) -> None:
        if self._stream is not None:
            self._stream.output = text_of("".join(self._stream.texts))
            self._end(self._stream)
            self._stream = None

    def _end_run(self, failure: BaseException | str | None) -> None:
        self._end_stream()
        for call in self._tools:
            call.failure = NO_END
            self._end(call)
        self._tools.clear()
        if self._run is not None:
            self._run.failure = failure
            self._end(self._run)
            self._run = None
