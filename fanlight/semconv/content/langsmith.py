"""LangSmith: inputs and outputs of a run as JSON, under its own names or OpenTelemetry's old ones."""

from fanlight.semconv.content.source import attributes

SOURCES = (
    *attributes("input", "langsmith.inputs", "gen_ai.prompt", "inputs"),
    *attributes("output", "langsmith.outputs", "gen_ai.completion", "outputs"),
)
