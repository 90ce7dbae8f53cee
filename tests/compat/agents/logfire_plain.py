"""Spans of logfire with its pending spans, sent by OTLP alone; the inner one fails."""

import contextlib

import logfire
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

logfire.configure(
    send_to_logfire=False,
    console=False,
    inspect_arguments=False,
    additional_span_processors=[SimpleSpanProcessor(OTLPSpanExporter())],
)
with logfire.span("plan trip to {city}", city="Berlin"):
    logfire.info("looking")
    with contextlib.suppress(ValueError), logfire.span("book"):
        raise ValueError("sold out")
logfire.shutdown()
