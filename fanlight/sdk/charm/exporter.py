"""Fanlight's own exporter: Charm's hooks as spans. It also works beside the real `charmos`."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fanlight.sdk.charm.agent import name_of_agent
from fanlight.sdk.charm.calls import Calls
from fanlight.sdk.charm.ending import Ending
from fanlight.sdk.charm.failing import fail, told_of
from fanlight.sdk.charm.hooks import BaseTelemetryExporter
from fanlight.sdk.charm.secrets import redactor_of
from fanlight.sdk.charm.streams import Streams
from fanlight.sdk.developer_log import log
from fanlight.sdk.endpoint import find_endpoint
from fanlight.sdk.faults import harmless
from fanlight.sdk.providers import activate, active
from fanlight.sdk.settings import read_settings
from fanlight.sdk.snapshot import attribute_of, text_of
from fanlight.sdk.spans import RUNNER_RUN, own_run_id, tracer

if TYPE_CHECKING:
    from contextvars import Token

    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import Span

ENDED_WELL = ("success", "suspended", None)
UNANSWERED_EXIT_S = 0.25
"""Charm's users were promised that telemetry does not hold the agent up, whatever the server does."""


class FanlightExporter(BaseTelemetryExporter):
    """A run becomes a span with its tools below it; streamed text becomes one model span.

    Every run has an id of its own, its trace's, since Charm's is always "local"; below `fanlight run` it
    belongs to that run. Nothing here waits: spans are queued, and sent or spooled by another thread. Values
    of variables that are named like secrets, and whatever has the shape of a token, are masked.

    Charm makes one exporter a run, and does not tell it when a model was called: a model's span starts at the
    end of what came before its first token.
    """

    def __init__(self) -> None:
        if active() is None:
            _configure()
        self._lock = threading.Lock()
        self._redactor = redactor_of()
        self._run: Span | None = None
        self._parent: Context | None = None
        self._attached: tuple[int, Token[Context]] | None = None
        self._ending: Ending | None = None
        self._streams = Streams(self._masked)
        self._calls = Calls(self._masked)

    @harmless("on_run_start", otherwise=None)
    def on_run_start(self, run_id: str, inputs: dict[str, Any]) -> None:
        """Start the run's span, below the one that is going on, or that TRACEPARENT names."""
        from opentelemetry import context, trace

        with self._lock:
            self._end_run()
            if self._ending is not None:
                self._ending.settle()
            above = _above()
            attributes = {
                "gen_ai.operation.name": "invoke_agent",
                "fanlight.kind": "agent",
                "gen_ai.agent.name": name_of_agent() or _service_name(),
                "fanlight.run.id": own_run_id(above),
                "charm.run_id": attribute_of(run_id),
                "fanlight.input": self._masked(inputs),
            }
            given = {name: value for name, value in attributes.items() if value is not None}
            run: Any = tracer().start_span("charm run", context=above, attributes=given)
            self._run, self._ending = run, None
            # Whatever else the agent traces or logs in this thread belongs to the run.
            self._parent = trace.set_span_in_context(run, above)
            self._attached = (threading.get_ident(), context.attach(self._parent))
            self._streams.begin(self._parent)
            self._calls.begin(self._parent)

    @harmless("on_run_end", otherwise=None)
    def on_run_end(self, run_id: str, outputs: dict[str, Any]) -> None:
        """End the run's span; after any status but success and suspended `on_error` does, which is next."""
        with self._lock:
            if self._run is None or self._ending is not None:
                return
            status = outputs.get("status") if type(outputs) is dict else None
            self._run.set_attribute("fanlight.output", self._output(outputs))
            if status is not None:
                self._run.set_attribute("charm.status", attribute_of(status))
            if status == "suspended":
                self._run.set_attribute("fanlight.state", "suspended")
            if status in ENDED_WELL:
                # That the output is no JSON is told after this.
                self._ending = Ending(self._run)
                self._end_run()

    @harmless("on_error", otherwise=None)
    def on_error(self, run_id: str, error: Exception) -> None:
        """Mark the run as failed, once, also when it seemed to have ended well a moment ago."""
        with self._lock:
            if self._run is not None and self._run.is_recording():
                fail(self._run, error, self._redactor)
                self._end_run()
                if self._ending is not None:
                    self._ending.settle()
            elif self._run is not None:
                told = told_of(error, self._redactor)
                log("error", {"message": "the run failed after its end", **told})
            self._run = None

    @harmless("on_tool_start", otherwise=None)
    def on_tool_start(self, tool_name: str, input_str: str) -> None:
        """Start a tool's span. What was streamed before is whole."""
        with self._lock:
            self._streams.end()
            self._calls.start(tool_name, input_str)

    @harmless("on_tool_end", otherwise=None)
    def on_tool_end(self, tool_name: str, output: str) -> None:
        """End the span of the call that this thread has open."""
        with self._lock:
            self._calls.end(tool_name, output)
            self._streams.mark()

    @harmless("on_tool_error", otherwise=None)
    def on_tool_error(self, tool_name: str, error: BaseException) -> None:
        """End the span of the call that this thread has open, as failed."""
        with self._lock:
            self._calls.fail(tool_name, error, self._redactor)
            self._streams.mark()

    @harmless("on_llm_new_token", otherwise=None)
    def on_llm_new_token(self, token: str) -> None:
        """Add to the text that this thread's model streams."""
        with self._lock:
            self._streams.token(text_of(token))

    @harmless("on_agent_action", otherwise=None)
    def on_agent_action(self, tool: str, tool_input: Any) -> None:
        """Note what the agent decided."""
        with self._lock:
            self._streams.end()
            if self._run is not None and self._run.is_recording():
                action = {"tool": self._masked(tool), "tool_input": self._masked(tool_input)}
                self._run.add_event("agent action", action)

    @harmless("closing Fanlight's exporter", otherwise=None)
    def close(self) -> None:
        """Nothing more is told of the run: one that ended well did."""
        with self._lock:
            if self._ending is not None:
                self._ending.settle()

    def _masked(self, value: Any) -> str:
        return self._redactor.text(text_of(value))

    def _output(self, outputs: Any) -> str:
        """The answer alone where Charm wraps it, or what was streamed; what it has besides is kept."""
        if type(outputs) is not dict:
            return self._masked(outputs)
        if (
            "output" in outputs
            and set(outputs) <= {"status", "output"}
            and outputs["output"] not in ("", None)
        ):
            return self._masked(outputs["output"])
        if set(outputs) <= {"status", "output"} and (streamed := self._streams.text):
            return streamed
        return self._masked(outputs)

    def _end_run(self) -> None:
        self._streams.end()
        self._calls.close()
        if self._run is not None and self._run.is_recording():
            self._detach()
            if self._ending is None:
                self._run.end()

    def _detach(self) -> None:
        from opentelemetry import context

        if self._attached is not None and self._attached[0] == threading.get_ident():
            context.detach(self._attached[1])
        self._attached = None


@harmless("configure", otherwise=None)
def _configure() -> None:
    """The agent has set up nothing: its name is found, and its exit waits little for a server that hangs."""
    given = read_settings()
    patience_s = float(os.environ.get("FANLIGHT_EXIT_S") or UNANSWERED_EXIT_S)
    settings = replace(given, exit_s=max(given.exit_s, patience_s), unanswered_exit_s=patience_s)
    activate(name_of_agent(), {}, find_endpoint(), settings)


def _above() -> Context:
    """What the run belongs to: the span that is going on, else the one that TRACEPARENT names, else none."""
    from opentelemetry import context, trace
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    current = trace.get_current_span()
    found = current.get_span_context()
    # A run whose end came in another thread is still attached here, and over.
    if found.is_valid and (found.is_remote or current.is_recording()):
        return context.get_current()
    clean = trace.set_span_in_context(trace.INVALID_SPAN)
    if RUNNER_RUN not in os.environ or not (parent := os.environ.get("TRACEPARENT")):
        return clean
    return TraceContextTextMapPropagator().extract({"traceparent": parent}, context=clean)


def _service_name() -> str | None:
    providers = active()
    name = providers.traces.resource.attributes.get("service.name") if providers else None
    return name if isinstance(name, str) and not name.startswith("unknown_service") else None
