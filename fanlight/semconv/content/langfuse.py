"""Langfuse, and Laminar, which keeps its values in the same way."""

from fanlight.semconv.content.source import attributes

SOURCES = (
    *attributes("input", "langfuse.observation.input", "langfuse.trace.input", "lmnr.span.input"),
    *attributes("output", "langfuse.observation.output", "langfuse.trace.output", "lmnr.span.output"),
)
