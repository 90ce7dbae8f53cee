"""OpenTelemetry GenAI: messages as attributes, JSON or structured.

Source: the GenAI semantic conventions (Development).
"""

from fanlight.semconv.content.source import attribute, attributes

SOURCES = (
    attribute("system", "gen_ai.system_instructions"),
    attribute("input", "gen_ai.input.messages"),
    attribute("output", "gen_ai.output.messages"),
    attribute("tools", "gen_ai.tool.definitions"),
    attribute("call_name", "gen_ai.tool.name"),
    attribute("call_id", "gen_ai.tool.call.id"),
    *attributes("arguments", "gen_ai.tool.call.arguments"),
    *attributes("result", "gen_ai.tool.call.result"),
    attribute("query", "gen_ai.retrieval.query.text"),
    attribute("documents", "gen_ai.retrieval.documents"),
)
