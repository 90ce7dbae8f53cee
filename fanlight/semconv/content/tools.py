"""The tools that a model was offered."""

from __future__ import annotations

from typing import Any

from fanlight.model.content import ToolDefinition
from fanlight.semconv.content.media import slim
from fanlight.semconv.content.parts import first_text
from fanlight.semconv.content.values import list_or_object

_PARAMETERS = (
    "parameters",
    "input_schema",
    "inputSchema",
    "parametersJsonSchema",
    "parameters_json_schema",
    "args",
)
_SCHEMA_NAMES = ("json_schema", "jsonSchema")
_INNER = ("tool", "function", "toolSpec")


def tools_of(value: Any) -> list[ToolDefinition]:
    """Definitions as OpenAI, Anthropic, Gemini, Bedrock and OpenTelemetry write them.

    Example:
        >>> tools_of([{"name": "find", "description": "Finds.", "input_schema": {"type": "object"}}])
        [ToolDefinition(name='find', description='Finds.', parameters={'type': 'object'})]
    """
    value = list_or_object(value)
    if isinstance(value, list):
        return [tool for item in value for tool in tools_of(item)]
    if isinstance(value, dict):
        for name in ("function_declarations", "functionDeclarations"):
            if isinstance(value.get(name), list):
                return tools_of(value[name])
        return [_tool(value)]
    return [ToolDefinition(name=value)] if isinstance(value, str) and value else []


def _tool(value: dict[str, Any]) -> ToolDefinition:
    for held in (*_SCHEMA_NAMES, *_INNER):
        inner = list_or_object(value.get(held))
        if isinstance(inner, dict):
            return _tool(inner)
    parameters = next((list_or_object(value[name]) for name in _PARAMETERS if name in value), None)
    if isinstance(parameters, dict) and isinstance(parameters.get("json"), dict):
        parameters = parameters["json"]
    name = first_text(value, ("name", "title", "type"))
    known = {"name", "description", "type", "strict", *_PARAMETERS}
    if parameters is None and any(key not in known for key in value):
        # A tool of the provider's own: what it was given is all there is to know.
        parameters = {key: item for key, item in value.items() if key not in ("name", "description")}
    return ToolDefinition(
        name=name, description=first_text(value, ("description",)), parameters=slim(parameters)
    )
