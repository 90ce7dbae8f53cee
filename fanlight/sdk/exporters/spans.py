"""Calls as OpenTelemetry spans, to whatever takes OTLP over HTTP."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from fanlight.sdk.exporters.calls import Call, CallExporter, CallKind
from fanlight.sdk.exporters.exit import Outlet

if TYPE_CHECKING:
    import requests
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider

SEND_EVERY_MS = 500
OPERATIONS = {CallKind.RUN: "invoke_agent", CallKind.TOOL: "execute_tool", CallKind.STREAM: "chat"}
CAPTURE_CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where spans go. `headers` are pairs; None leaves both to OpenTelemetry's own variables."""

    service: str
    endpoint: str | None = None
    headers: tuple[tuple[str, str], ...] | None = None


class SpanExporter(CallExporter):
    """Calls become spans of a provider that is the exporter's own: what the agent traces stays untouched.

    Exporters of one process and destination share a sender, for the manager makes new ones for each run.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        super().__init__(environ)
        self.with_content = self.environ.get(CAPTURE_CONTENT, "").lower() not in {"false", "0", "none"}
        self._sender = _sender(self.destination())

    @abc.abstractmethod
    def destination(self) -> Destination:
        """Where the spans go."""

    def root_context(self) -> Context | None:
        """What a run's span hangs below; None makes it the root of a trace."""
        return None

    def attributes_of(self, call: Call) -> dict[str, Any]:
        """What a span says when it begins."""
        attributes: dict[str, Any] = {"gen_ai.operation.name": OPERATIONS[call.kind]}
        if call.kind is CallKind.RUN:
            attributes["gen_ai.agent.name"] = call.name
        if call.kind is CallKind.TOOL:
            attributes["gen_ai.tool.name"] = call.name
        return attributes

    def content_of(self, call: Call) -> dict[str, Any]:
        """What was said in a call, when it ends."""
        if call.kind is CallKind.TOOL:
            return {"gen_ai.tool.call.arguments": call.input, "gen_ai.tool.call.result": call.output}
        if call.kind is CallKind.RUN:
            return {"input.value": call.input, "output.value": call.output}
        return {"output.value": call.output}

    def begin(self, call: Call) -> None:
        from opentelemetry import context, trace

        # Never the agent's own context: its spans are another provider's.
        above = self.root_context() or context.Context()
        if call.parent is not None:
            above = trace.set_span_in_context(call.parent.handle, context.Context())
        call.handle = self._sender.provider.get_tracer("fanlight.exporters").start_span(
            call.name, context=above, attributes=self.attributes_of(call), start_time=call.started_ns
        )
        if call.kind is CallKind.STREAM:
            call.handle.add_event("first token")

    def end(self, call: Call) -> None:
        from opentelemetry.trace import Status, StatusCode

        span = call.handle
        if self.with_content:
            span.set_attributes({name: text for name, text in self.content_of(call).items() if text})
        if call.status is not None:
            span.set_attribute("charm.status", call.status)
        if call.pieces:
            span.set_attribute("charm.stream.pieces", call.pieces)
        if call.failure is not None:
            kind, text = call.failure_type or "error", call.failure_text
            span.set_attribute("error.type", kind)
            span.add_event("exception", {"exception.type": kind, "exception.message": text})
            span.set_status(Status(StatusCode.ERROR, text))
        span.end(call.ended_ns)

    def act(self, run: Call | None, tool: str, tool_input: str) -> None:
        if run is not None:
            said = {"tool_input": tool_input} if self.with_content else {}
            run.handle.add_event("agent action", {"tool": tool, **said})

    def flush(self) -> None:
        self._sender.outlet.flush()


class _Sender(NamedTuple):
    """A provider whose one thread sends, and its way out."""

    provider: TracerProvider
    outlet: Outlet


@cache
def _sender(destination: Destination) -> _Sender:
    import os

    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    every = None if os.environ.get("OTEL_BSP_SCHEDULE_DELAY") else SEND_EVERY_MS
    provider = TracerProvider(
        resource=Resource.create({"service.name": destination.service}), shutdown_on_exit=False
    )
    if destination.headers is None:
        exporter = OTLPSpanExporter(endpoint=destination.endpoint)
    else:
        headers = dict(destination.headers)
        exporter = OTLPSpanExporter(destination.endpoint, headers=headers, session=_session(headers))
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=every))
    return _Sender(provider, Outlet(provider.force_flush, provider.shutdown))


def _session(headers: Mapping[str, str]) -> requests.Session:
    """A session whose requests carry no header of the environment that is not among `headers`.

    OpenTelemetry adds those of OTEL_EXPORTER_OTLP_HEADERS to any that it is given. They may hold a key for
    another place.
    """
    import os

    import requests
    from opentelemetry.util.re import parse_env_headers

    known = ("OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS")
    named = {name for each in known for name in parse_env_headers(os.environ.get(each, ""), liberal=True)}
    foreign = named - {name.lower() for name in headers}

    def without_foreign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        for name in foreign:
            request.headers.pop(name, None)
        return request

    session = requests.Session()
    session.auth = without_foreign
    return session
