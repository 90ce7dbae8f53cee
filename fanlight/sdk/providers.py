"""OpenTelemetry's providers for traces, logs and metrics, pointed at Fanlight."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fanlight.sdk.endpoint import Endpoint, find_endpoint
from fanlight.sdk.faults import harmless, quieten
from fanlight.sdk.leaving import Closer

if TYPE_CHECKING:
    from opentelemetry.sdk._logs import LoggerProvider, LogRecordProcessor
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import MetricReader
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

METRIC_INTERVAL_MS = 5_000.0
BATCH_DELAY_MS = 500.0

_lock = threading.Lock()
_active: Providers | None = None


@dataclass(frozen=True, slots=True)
class Providers:
    """What was configured. `endpoint` is None when nothing is sent."""

    traces: TracerProvider
    logs: LoggerProvider
    metrics: MeterProvider
    endpoint: Endpoint | None
    closer: Closer


@harmless("configure", otherwise=None)
def configure(
    service_name: str | None = None,
    *,
    endpoint: str | None = None,
    key: str | None = None,
    project: str | None = None,
    room: str | None = None,
    session: str | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> None:
    """Send this process's traces, logs and metrics to Fanlight.

    Installs OpenTelemetry's global providers, so that every instrumentation reports there too. `endpoint`
    defaults to FANLIGHT_URL, then OTEL_EXPORTER_OTLP_ENDPOINT, then http://127.0.0.1:4318; `key` to
    FANLIGHT_KEY. `project`, `room`, `session` and `attributes` go onto the resource. The first call wins.
    It never raises and never waits for the server; what is queued is sent at exit, for at most 1.5 s.

    Example:
        import fanlight

        fanlight.configure(service_name="weather", room="lobby")
    """
    given = {"project": project, "room": room, "session": session, **(attributes or {})}
    activate(service_name, given, find_endpoint(endpoint, key, project))


def activate(service_name: str | None, attributes: Mapping[str, Any], endpoint: Endpoint) -> Providers:
    """Build and install the providers of this process, unless that was done; the ones that are in use."""
    global _active
    with _lock:
        if _active is None:
            _active = install(build(make_resource(service_name, attributes), endpoint))
        return _active


def active() -> Providers | None:
    """What `configure` installed, or None before it was called."""
    return _active


@harmless("flush", otherwise=False)
def flush() -> bool:
    """Send what is queued now. True when the server took everything. Blocks for as long as that takes."""
    providers = active()
    if providers is None:
        return False
    return all(
        [providers.traces.force_flush(), providers.logs.force_flush(), providers.metrics.force_flush()]
    )


def make_resource(service_name: str | None, attributes: Mapping[str, Any]) -> Resource:
    """The resource of this process: `attributes` that are given, over what the environment says."""
    from opentelemetry.sdk.resources import Resource

    named = {"service.name": service_name, **attributes}
    return Resource.create({name: value for name, value in named.items() if value is not None})


def build(resource: Resource, endpoint: Endpoint | None) -> Providers:
    """Providers that send to `endpoint`, or nowhere when it is None. None of them hooks process exit."""
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.trace import TracerProvider

    traces = TracerProvider(resource=resource, shutdown_on_exit=False)
    logs = LoggerProvider(resource=resource, shutdown_on_exit=False)
    readers: list[MetricReader] = []
    if endpoint is not None:
        traces.add_span_processor(_span_processor(endpoint))
        logs.add_log_record_processor(_log_processor(endpoint))
        readers.append(_metric_reader(endpoint))
    metrics = MeterProvider(metric_readers=readers, resource=resource, shutdown_on_exit=False)
    closer = Closer([traces.shutdown, logs.shutdown, metrics.shutdown])
    return Providers(traces, logs, metrics, endpoint, closer)


def _span_processor(endpoint: Endpoint) -> SpanProcessor:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    quieten("opentelemetry.exporter.otlp.proto.http.trace_exporter", "export of spans")
    exporter = OTLPSpanExporter(
        endpoint.path("traces"), headers=endpoint.headers, compression=Compression.Gzip
    )
    return BatchSpanProcessor(exporter, schedule_delay_millis=BATCH_DELAY_MS)


def _log_processor(endpoint: Endpoint) -> LogRecordProcessor:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

    quieten("opentelemetry.exporter.otlp.proto.http._log_exporter", "export of logs")
    exporter = OTLPLogExporter(endpoint.path("logs"), headers=endpoint.headers, compression=Compression.Gzip)
    return BatchLogRecordProcessor(exporter, schedule_delay_millis=BATCH_DELAY_MS)


def _metric_reader(endpoint: Endpoint) -> MetricReader:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    quieten("opentelemetry.exporter.otlp.proto.http.metric_exporter", "export of metrics")
    exporter = OTLPMetricExporter(
        endpoint.path("metrics"), headers=endpoint.headers, compression=Compression.Gzip
    )
    return PeriodicExportingMetricReader(exporter, export_interval_millis=METRIC_INTERVAL_MS)


def install(providers: Providers) -> Providers:
    """Make them OpenTelemetry's global providers; one that the host set before stays, with a warning."""
    from opentelemetry import _logs, metrics, trace

    trace.set_tracer_provider(providers.traces)
    _logs.set_logger_provider(providers.logs)
    metrics.set_meter_provider(providers.metrics)
    if trace.get_tracer_provider() is not providers.traces:
        logging.getLogger("fanlight").warning(
            "OpenTelemetry was set up before fanlight.configure; its providers stay"
        )
    return providers
