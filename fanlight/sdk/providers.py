"""OpenTelemetry's providers for traces, logs and metrics, pointed at Fanlight."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from fanlight.sdk.endpoint import Endpoint, find_endpoint
from fanlight.sdk.faults import harmless
from fanlight.sdk.leaving import Parked, at_exit
from fanlight.sdk.place import find_place
from fanlight.sdk.settings import Settings, read_settings

if TYPE_CHECKING:
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    from fanlight.sdk.pipeline import Pipeline
    from fanlight.sdk.tags import Tags

METRIC_EXIT_S = 0.3

_log = logging.getLogger("fanlight")
_lock = threading.Lock()
_active: Providers | None = None


@dataclass(frozen=True, slots=True)
class Providers:
    """What is in use: our own providers, or those that the host had set up before."""

    traces: TracerProvider
    logs: LoggerProvider
    metrics: MeterProvider
    pipeline: Pipeline
    project: str | None = None


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
    instrument: Literal["auto"] | Sequence[str] = (),
) -> None:
    """Send this process's traces, logs and metrics to Fanlight.

    Installs OpenTelemetry's global providers, so that every instrumentation reports there too; providers that
    the host has set before stay, and report here as well. `endpoint` defaults to FANLIGHT_URL, then
    OTEL_EXPORTER_OTLP_ENDPOINT, then http://127.0.0.1:4318; `key` to FANLIGHT_KEY. `project`, `room` and
    `session` default to MESHAGENT_PROJECT_ID, MESHAGENT_ROOM and MESHAGENT_SESSION_ID, and go onto the
    resource with `attributes`. OpenTelemetry's own environment holds as well: OTEL_EXPORTER_OTLP_TIMEOUT and
    _COMPRESSION, for single signals too, and OTEL_METRIC_EXPORT_INTERVAL. `instrument="auto"` turns on
    every instrumentation of an agent or model library that is installed, a list of names those. The first
    call wins.

    It never raises and never waits for the server. What is queued is sent at exit, for about a second; what
    the server did not take is kept in FANLIGHT_SPOOL and sent by this process or the next.

    Example:
        import fanlight

        fanlight.configure(service_name="weather", room="lobby", instrument="auto")
    """
    place = find_place()
    given = {
        "project": project or place["project"],
        "room": room or place["room"],
        "session": session or place["session"],
        **(attributes or {}),
    }
    providers = activate(service_name, given, find_endpoint(endpoint, key, project))
    if instrument:
        from fanlight.sdk.instrument import instrument as turn_on

        turn_on(instrument, providers)


def activate(
    service_name: str | None,
    attributes: Mapping[str, Any],
    endpoint: Endpoint,
    settings: Settings | None = None,
) -> Providers:
    """Build and install the providers of this process, unless that was done; the ones that are in use."""
    global _active
    with _lock:
        if _active is None:
            _active = install(service_name, attributes, endpoint, settings or read_settings())
        return _active


def active() -> Providers | None:
    """What `configure` installed, or None before it was called."""
    return _active


@harmless("flush", otherwise=False)
def flush(timeout_s: float = 10.0) -> bool:
    """Send what is queued now. True when the server took everything within `timeout_s`."""
    providers = active()
    if providers is None:
        return False
    providers.metrics.force_flush()
    return providers.pipeline.flush(timeout_s)


def make_resource(service_name: str | None, attributes: Mapping[str, Any]) -> Resource:
    """The resource of this process: `attributes` that are given, over what the environment says."""
    from opentelemetry.sdk.resources import Resource

    return Resource.create(_given(service_name, attributes))


def install(
    service_name: str | None, attributes: Mapping[str, Any], endpoint: Endpoint, settings: Settings
) -> Providers:
    """Providers that lead to `endpoint`: the host's where it set some, else ours, made global."""
    from opentelemetry.sdk.resources import Resource

    from fanlight.sdk.pipeline import Pipeline
    from fanlight.sdk.tags import Tags

    own = make_resource(service_name, attributes)
    tags = Tags(own, Resource(_given(service_name, attributes)))
    pipeline = Pipeline(endpoint, tags, settings)
    providers = Providers(
        traces=_traces(pipeline, tags),
        logs=_logs(pipeline, tags),
        metrics=_metrics(pipeline, own, settings.metric_interval_ms),
        pipeline=pipeline,
        project=attributes.get("project"),
    )
    at_exit(pipeline.close)
    return providers


def _given(service_name: str | None, attributes: Mapping[str, Any]) -> dict[str, Any]:
    named = {"service.name": service_name, **attributes}
    return {name: value for name, value in named.items() if value is not None}


def _traces(pipeline: Pipeline, tags: Tags) -> TracerProvider:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider

    from fanlight.sdk.span_processor import StartSpanProcessor

    found: Any = trace.get_tracer_provider()
    if not hasattr(found, "add_span_processor"):
        found = TracerProvider(resource=tags.own, shutdown_on_exit=False)
        trace.set_tracer_provider(found)
        if trace.get_tracer_provider() is not found:
            _say_other("traces")
    found.add_span_processor(StartSpanProcessor(pipeline))
    return found  # type: ignore[no-any-return]


def _logs(pipeline: Pipeline, tags: Tags) -> LoggerProvider:
    from opentelemetry import _logs
    from opentelemetry.sdk._logs import LoggerProvider

    from fanlight.sdk.log_processor import LogProcessor

    found: Any = _logs.get_logger_provider()
    if not hasattr(found, "add_log_record_processor"):
        found = LoggerProvider(resource=tags.own, shutdown_on_exit=False)
        _logs.set_logger_provider(found)
        if _logs.get_logger_provider() is not found:
            _say_other("logs")
    found.add_log_record_processor(LogProcessor(pipeline, tags))
    return found  # type: ignore[no-any-return]


def _metrics(pipeline: Pipeline, resource: Resource, interval_ms: float) -> MeterProvider:
    from opentelemetry import metrics
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    from fanlight.sdk.metric_exporter import QueueMetricExporter

    found = metrics.get_meter_provider()
    if isinstance(found, MeterProvider):
        # A meter provider takes its readers when it is made; the host's metrics go where the host said.
        return found
    reader = PeriodicExportingMetricReader(QueueMetricExporter(pipeline), export_interval_millis=interval_ms)
    made = MeterProvider(metric_readers=[reader], resource=resource, shutdown_on_exit=False)
    # The last collection runs the host's callbacks: in a thread of its own, for a bounded time.
    pipeline.before_close(Parked(made.shutdown, deadline_s=METRIC_EXIT_S).close)
    metrics.set_meter_provider(made)
    if metrics.get_meter_provider() is not made:
        _say_other("metrics")
    return made


def _say_other(signal: str) -> None:
    _log.warning("another library provides OpenTelemetry's %s; only those of `fanlight` are sent", signal)
