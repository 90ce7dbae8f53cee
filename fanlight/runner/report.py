"""One run, told to the server: its root span, its events, its lines, its steps.

By the SDK's own pipeline, so that what the server does not take is spooled and the run goes on. Nothing here
is global: two runs in one process do not meet.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fanlight import __version__
from fanlight.errors import InvalidError
from fanlight.model.billing import BillingEvent
from fanlight.model.usage_event import UsageEvent
from fanlight.runner.capture.items import Event, Flooded, Hook, Item, Line
from fanlight.runner.money import money_of
from fanlight.runner.steps import Steps, clean, record_error
from fanlight.sdk.billing import billing_record
from fanlight.sdk.charm import reporting as exporter_reports
from fanlight.sdk.endpoint import Endpoint
from fanlight.sdk.isolation import ExporterReport
from fanlight.sdk.settings import Settings
from fanlight.sdk.snapshot import attribute_of
from fanlight.sdk.span_processor import weight_of
from fanlight.sdk.usage_event import usage_span

if TYPE_CHECKING:
    from opentelemetry._logs import LogRecord
    from opentelemetry.trace import Span

EVENT = "fanlight.run.event"
FLOOD = "fanlight.run.flood"
REFUSED = "fanlight.run.refused"
INFO, WARN = 9, 13
FULL = 8_000
"""So many items may wait to be sent before the reading of the agent waits a moment."""

LONGEST_WAIT_S = 5.0
LAST_FLUSH_S = 1.0


def new_run_id() -> str:
    """A trace id that no other run has."""
    return secrets.token_hex(16)


class Report:
    """Tells of one run. `run_id` is its trace id; `attributes` go onto its root span."""

    def __init__(
        self,
        run_id: str,
        *,
        service: str,
        name: str,
        attributes: Mapping[str, Any],
        resource: Mapping[str, Any],
        endpoint: Endpoint,
        settings: Settings,
    ) -> None:
        from opentelemetry.sdk._logs import LoggerProvider
        from opentelemetry.sdk.trace import TracerProvider

        from fanlight.sdk.log_processor import LogProcessor
        from fanlight.sdk.pipeline import Pipeline
        from fanlight.sdk.providers import make_resource
        from fanlight.sdk.span_processor import StartSpanProcessor
        from fanlight.sdk.tags import Tags

        own = make_resource(service, resource)
        tags = Tags(own)
        self.run_id = run_id
        self._resource = own
        self._pipeline = Pipeline(endpoint, tags, settings)
        traces = TracerProvider(resource=own, shutdown_on_exit=False, id_generator=_ids(run_id))
        traces.add_span_processor(StartSpanProcessor(self._pipeline))
        logs = LoggerProvider(resource=own, shutdown_on_exit=False)
        logs.add_log_record_processor(LogProcessor(self._pipeline, tags))
        self._tracer = traces.get_tracer("fanlight.runner", __version__)
        self._logger = logs.get_logger("fanlight.runner", __version__)
        self._root = self._tracer.start_span(
            name,
            context=_no_parent(),
            attributes={
                key: clean(item) if isinstance(item, str) else item for key, item in attributes.items()
            },
        )
        self._steps = Steps(self._tracer, self._root, self._pipeline.backlog)
        self._output: list[str] = []

    @property
    def root_span_id(self) -> str:
        """The root span's id in hex."""
        return f"{self._root.get_span_context().span_id:016x}"

    def item(self, item: Item) -> None:
        """Something that the agent wrote."""
        match item:
            case Event():
                self._event(item)
            case Line():
                self._line(item)
            case Hook(name="exporter_report"):
                self._exporter(item)
            case Hook():
                self._steps.hook(item)
            case Flooded():
                self._flooded(item)

    async def breathe(self) -> None:
        """Wait while more is queued than is sent: a flood waits in the agent, and is not dropped here."""
        if len(self._pipeline.backlog.items) > FULL:
            await asyncio.to_thread(self._pipeline.flush, LONGEST_WAIT_S)

    def set(self, name: str, value: Any) -> None:
        """Set an attribute of the root span."""
        self._root.set_attribute(name, attribute_of(value))

    def step(self, name: str) -> Span:
        """A step of the runner's own, such as the installation."""
        from opentelemetry.trace import set_span_in_context

        return self._tracer.start_span(
            name, context=set_span_in_context(self._root), attributes={"fanlight.kind": "chain"}
        )

    def end(self, *, status: str, exit_code: int | None, error: str | None, output: str | None) -> None:
        """Close the run: its root span ends."""
        self._steps.close()
        self._root.set_attribute("fanlight.run.status", status)
        if status in ("suspended", "cancelled", "lost"):
            self._root.set_attribute("fanlight.state", status)
        if exit_code is not None:
            self._root.set_attribute("fanlight.run.exit_code", exit_code)
        if output is not None:
            self._root.set_attribute("fanlight.output", clean(output))
        if error is not None:
            self._fail(error)
        self._root.end()

    async def close(self) -> bool:
        """Send or spool what is left. True when the server took everything."""
        sent = await asyncio.to_thread(self._pipeline.flush, LAST_FLUSH_S)
        await asyncio.to_thread(self._pipeline.close)
        return sent

    def _fail(self, error: str) -> None:
        from opentelemetry.trace import Status, StatusCode

        found: Any = self._root
        if found.status.status_code is StatusCode.ERROR:
            # The agent's own error came with its type and trace; what is said last is the same in more words.
            if not found.status.description:
                found.set_status(Status(StatusCode.ERROR, clean(error)))
            return
        record_error(self._root, error)

    def _event(self, event: Event) -> None:
        attributes = {
            "fanlight.event.seq": event.seq,
            "fanlight.event.type": event.type,
            "fanlight.event.verified": event.verified,
        }
        if event.original is not None:
            attributes["fanlight.event.original"] = event.original
        content = event.value.get("content")
        if event.type == "delta" and isinstance(content, str):
            self._steps.delta(content, time.time_ns())
        self._emit(event.text, attributes, event_name=EVENT)
        try:
            self._count(money_of(event, self.run_id))
        except InvalidError as error:
            about = {"fanlight.event.seq": event.seq}
            self._emit(f"{event.type} is not counted: {error}", about, event_name=REFUSED, severity=WARN)

    def _count(self, money: UsageEvent | BillingEvent | None) -> None:
        from opentelemetry.trace import set_span_in_context

        if isinstance(money, UsageEvent):
            span = usage_span(money, self._root.get_span_context(), self._resource)
            self._pipeline.backlog.put(span, weight_of(span))
        elif isinstance(money, BillingEvent):
            self._logger.emit(billing_record(money, context=set_span_in_context(self._root)))

    def _exporter(self, told: Hook) -> None:
        report = ExporterReport.from_data({"name": "unknown", **told.arguments})
        attributes = exporter_reports.attributes_of(report)
        severity = exporter_reports.severity_of(report)
        self._emit(
            exporter_reports.body_of(report),
            {name: attribute_of(value) for name, value in attributes.items()},
            event_name=exporter_reports.EVENT,
            severity=severity,
        )

    def _line(self, line: Line) -> None:
        attributes: dict[str, Any] = {"fanlight.stream": line.stream, "fanlight.line.seq": line.seq}
        if line.cut_bytes:
            attributes["fanlight.line.cut_bytes"] = line.cut_bytes
        self._emit(line.text, attributes, severity=WARN if line.stream == "stderr" else INFO)

    def _flooded(self, flood: Flooded) -> None:
        attributes = {
            "fanlight.stream": flood.stream,
            "fanlight.flood.items": flood.items,
            "fanlight.flood.bytes": flood.bytes,
        }
        what = "events" if flood.stream == "events" else f"lines of {flood.stream}"
        self._emit(
            f"{flood.items:,} {what} of a flood were left out", attributes, event_name=FLOOD, severity=WARN
        )

    def _emit(
        self, body: str, attributes: Mapping[str, Any], *, event_name: str | None = None, severity: int = INFO
    ) -> None:
        self._logger.emit(_record(self._root, body, attributes, event_name, severity))


def _record(
    root: Span, body: str, attributes: Mapping[str, Any], event_name: str | None, severity: int
) -> LogRecord:
    from opentelemetry._logs import LogRecord, SeverityNumber
    from opentelemetry.trace import set_span_in_context

    return LogRecord(
        timestamp=time.time_ns(),
        context=set_span_in_context(root),
        severity_number=SeverityNumber(severity),
        body=clean(body),
        attributes=attributes,
        event_name=event_name,
    )


def _no_parent() -> Any:
    from opentelemetry.context import Context

    return Context()


def _ids(run_id: str) -> Any:
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class Ids(RandomIdGenerator):
        """Every span of this provider belongs to the one run."""

        def generate_trace_id(self) -> int:
            return int(run_id, 16)

    return Ids()
