"""Plain OpenTelemetry for the agents here; OTEL_* say where to, and as which service if none is given."""

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


def tracer_provider(service: str | None = None) -> TracerProvider:
    provider = TracerProvider(resource=Resource.create({"service.name": service} if service else None))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
