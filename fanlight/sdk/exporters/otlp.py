"""`otlp`: to any vendor or collector that takes OpenTelemetry over HTTP.

Reads OpenTelemetry's own variables: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT,
OTEL_EXPORTER_OTLP_TRACES_HEADERS or OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES.
Under Fanlight's runner the variables without TRACES name Fanlight itself: name the vendor by those with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fanlight.sdk.exporters.spans import Destination, SpanExporter

if TYPE_CHECKING:
    from opentelemetry.context import Context

TRACES_ENDPOINT = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
TRACES_HEADERS = "OTEL_EXPORTER_OTLP_TRACES_HEADERS"


class OtlpExporter(SpanExporter):
    """Runs, tools and streamed answers as spans with GenAI attributes.

    A run joins the trace that TRACEPARENT names, so that it is the same trace here and at the vendor.
    """

    def destination(self) -> Destination:
        service = self.environ.get("OTEL_SERVICE_NAME") or "charm"
        if TRACES_ENDPOINT in self.environ:
            return Destination(service, self.environ[TRACES_ENDPOINT], vendor_headers(self.environ))
        return Destination(service)

    def root_context(self) -> Context | None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        if not (parent := self.environ.get("TRACEPARENT")):
            return None
        return TraceContextTextMapPropagator().extract({"traceparent": parent})


def vendor_headers(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Headers for an endpoint of its own: those for traces, else the general ones without Fanlight's key.

    OpenTelemetry falls back to the general headers; Fanlight's runner puts the run's key there, which is not
    for another's eyes.

    Example:
        >>> vendor_headers({"OTEL_EXPORTER_OTLP_TRACES_HEADERS": "x-key=1,x-team=a%20b"})
        (('x-key', '1'), ('x-team', 'a b'))
        >>> vendor_headers({"OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20fl_1,x-a=1",
        ...                 "FANLIGHT_KEY": "fl_1"})
        (('x-a', '1'),)
    """
    from opentelemetry.util.re import parse_env_headers

    own = environ.get(TRACES_HEADERS)
    general = environ.get("OTEL_EXPORTER_OTLP_HEADERS", "")
    key = environ.get("FANLIGHT_KEY")
    headers = parse_env_headers(general if own is None else own, liberal=True)
    return tuple((name, value) for name, value in headers.items() if not key or key not in value)
