"""Fanlight's own attributes, which its SDK and its exporter for Charm send."""

from fanlight.semconv.content.source import attribute

SOURCES = (attribute("input", "fanlight.input"), attribute("output", "fanlight.output"))
