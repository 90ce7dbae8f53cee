"""Fanlight's own exporter: Charm's hooks as spans. It also works beside the real `charmos`."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fanlight.sdk.charm.hooks import BaseTelemetryExporter
from fanlight.sdk.developer_log import log
from fanlight.sdk.providers import active, configure
from fanlight.sdk.snapshot import attribute_of, text_of
from fanlight.sdk.spans import Span, tracer

if TYPE_CHECKING:
    from contextvars import Token

    from opentelemetry.context import Context
    from opentelemetry.trace import Span as OtelSpan

MAX_STREAM_PIECES = 10_000


@dataclass(slots=True)
class _Tool:
    name: str
    thread: int
    span: OtelSpan


@dataclass(slots=True)
class _Stream:
    span: OtelSpan
    live: Span
    pieces: list[str] = field(default_factory=list)
    count: int = 0


class FanlightExporter(BaseTelemetryExporter):
    """A run becomes a span with its tools below it; streamed text becomes one model span.

    The hooks name no call, so an end belongs to the youngest open call of the same tool in the same
    thread, then of the same tool anywhere, then (tool "Unknown") to the oldest that is open.
    """

    def __init__(self) -> None:
        if active() is None:
            configure()
        self._lock = threading.Lock()
        self._run: OtelSpan | None = None
        self._tools: list[_Tool] = []
        self._stream: _Stream | None = None
        self._attached: tuple[int, Token[Context]] | None = None

    def on_run_start(self, run_id: str, inputs: dict[str, Any]) -> None:
        from opentelemetry import context, trace

        with self._lock:
            self._end_run()
            attributes = {"gen_ai.operation.name": "invoke_agent", "fanlight.kind": "agent"}
            # The hooks do not name the agent; the service that it runs as is the nearest that does.
            if (name := _service_name()) is not None:
                attributes["gen_ai.agent.name"] = name
            self._run = tracer().start_span("charm run", attributes=attributes)
            # Whatever else the agent traces or logs in this thread belongs to the run.
            self._attached = (threading.get_ident(), context.attach(trace.set_span_in_context(self._run)))
            self._run.set_attribute("charm.run_id", attribute_of(run_id))
            self._run.set_attribute("fanlight.input", text_of(inputs))

    def on_run_end(self, run_id: str, outputs: dict[str, Any]) -> None:
        with self._lock:
            if self._run is None:
                return
            status = outputs.get("status") if type(outputs) is dict else None
            self._run.set_attribute("fanlight.output", text_of(outputs))
            if status is not None:
                self._run.set_attribute("charm.status", attribute_of(status))
            # Charm calls on_error next for any other status; the run ends there, with its error.
            if status in ("success", "suspended", None):
                self._end_run()

    def on_error(self, run_id: str, error: Exception) -> None:
        with self._lock:
            if self._run is not None:
                Span(self._run).fail(error)
                self._end_run()
                return
        log("error", {"message": "the run failed after its end", "error": f"{type(error).__name__}: {error}"})

    def on_tool_start(self, tool_name: str, input_str: str) -> None:
        with self._lock:
            self._end_stream()
            span = self._child(text_of(tool_name), "tool", "execute_tool")
            span.set_attribute("gen_ai.tool.name", text_of(tool_name))
            span.set_attribute("gen_ai.tool.call.arguments", text_of(input_str))
            self._tools.append(_Tool(text_of(tool_name), threading.get_ident(), span))

    def on_tool_end(self, tool_name: str, output: str) -> None:
        with self._lock:
            if (tool := self._take(tool_name)) is not None:
                tool.span.set_attribute("gen_ai.tool.call.result", text_of(output))
                tool.span.end()

    def on_tool_error(self, tool_name: str, error: BaseException) -> None:
        with self._lock:
            if (tool := self._take(tool_name)) is not None:
                Span(tool.span).fail(error)
                tool.span.end()

    def on_llm_new_token(self, token: str) -> None:
        with self._lock:
            if self._stream is None:
                span = self._child("model stream", "llm", "chat")
                self._stream = _Stream(span, Span(span))
                span.add_event("first token")
            self._stream.count += 1
            self._stream.live.token(text_of(token))
            if len(self._stream.pieces) < MAX_STREAM_PIECES:
                self._stream.pieces.append(text_of(token))

    def on_agent_action(self, tool: str, tool_input: Any) -> None:
        with self._lock:
            self._end_stream()
            if self._run is not None:
                action = {"tool": text_of(tool), "tool_input": text_of(tool_input)}
                self._run.add_event("agent action", action)

    def _child(self, name: str, kind: str, operation: str) -> OtelSpan:
        from opentelemetry import context, trace

        parent = trace.set_span_in_context(self._run) if self._run is not None else context.get_current()
        attributes = {"fanlight.kind": kind, "gen_ai.operation.name": operation}
        return tracer().start_span(name, context=parent, attributes=attributes)

    def _take(self, tool_name: str) -> _Tool | None:
        name, thread = text_of(tool_name), threading.get_ident()
        same = [tool for tool in self._tools if tool.name == name]
        here = [tool for tool in same if tool.thread == thread]
        found = here[-1:] or same[-1:] or (self._tools[:1] if name == "Unknown" else [])
        if not found:
            return None
        self._tools.remove(found[0])
        return found[0]

    def _end_stream(self) -> None:
        if self._stream is not None:
            self._stream.span.set_attribute("fanlight.output", text_of("".join(self._stream.pieces)))
            self._stream.span.set_attribute("charm.stream.pieces", self._stream.count)
            self._stream.live.stream_ended()
            self._stream.span.end()
            self._stream = None

    def _end_run(self) -> None:
        self._end_stream()
        for tool in self._tools:
            tool.span.add_event("no end was reported")
            tool.span.end()
        self._tools.clear()
        if self._run is not None:
            self._detach()
            self._run.end()
            self._run = None

    def _detach(self) -> None:
        from opentelemetry import context

        if self._attached is not None and self._attached[0] == threading.get_ident():
            context.detach(self._attached[1])
        self._attached = None


def _service_name() -> str | None:
    providers = active()
    name = providers.traces.resource.attributes.get("service.name") if providers else None
    return name if isinstance(name, str) and not name.startswith("unknown_service") else None
