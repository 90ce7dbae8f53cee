"""OpenInference: messages flattened into one attribute a leaf, and plain values with a MIME type.

Source: openinference-semantic-conventions 0.1.42, and what its instrumentations of OpenAI, LangChain and
Anthropic send.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fanlight.semconv.content.sent import Sent
from fanlight.semconv.content.source import Source, attribute, attributes, flattened


def _messages(prefix: str) -> Source:
    field = "input" if prefix.endswith("input_messages") else "output"
    return Source(field, prefix, lambda sent: _each(sent.below(prefix), _message))


def _each(found: Any, read: Callable[[dict[str, Any]], Any]) -> list[Any] | None:
    if not isinstance(found, list):
        return None
    return [read(item) if isinstance(item, dict) else item for item in found]


def _message(item: dict[str, Any]) -> dict[str, Any]:
    fields = item.get("message")
    if not isinstance(fields, dict):
        return {"role": "", **item}
    held = [_block(item) for item in _list(fields.get("contents"), "")]
    calls = _list(fields.get("tool_calls"), "tool_call")
    single = fields.get("function_call_name")
    if single and not calls:
        calls = [{"name": single, "arguments": fields.get("function_call_arguments_json")}]
    rest = {name: value for name, value in fields.items() if name not in ("contents", "tool_calls")}
    said = {"content": held} if held else {}
    return {"role": "", **rest, **said, **({"tool_calls": calls} if calls else {})}


def _block(item: Any) -> Any:
    """A block of a message; the call that it is may stand beside its type."""
    if not isinstance(item, dict):
        return item
    inner = (item.get(name) for name in ("tool_call", "message_content"))
    merged = {key: value for each in inner if isinstance(each, dict) for key, value in each.items()}
    return merged or item


def _list(items: Any, name: str) -> list[Any]:
    """The members of a flattened list, each without the name that stands before its fields."""
    if not isinstance(items, list):
        return []
    return [item.get(name, item) if isinstance(item, dict) else item for item in items]


def _texts(prefix: str, name: str, leaf: str) -> Callable[[Sent], Any]:
    """The texts in a flattened list of objects with one field."""

    def read(sent: Sent) -> Any:
        texts = [item.get(leaf) for item in _list(sent.below(prefix), name) if isinstance(item, dict)]
        return [{"role": "", "content": text} for text in texts if text is not None] or None

    return read


SOURCES = (
    _messages("llm.input_messages"),
    _messages("llm.output_messages"),
    Source("input", "llm.prompts", _texts("llm.prompts", "prompt", "text")),
    Source("output", "llm.choices", _texts("llm.choices", "completion", "text")),
    Source("input", "embedding.embeddings", _texts("embedding.embeddings", "embedding", "text")),
    flattened("tools", "llm.tools"),
    flattened("documents", "retrieval.documents"),
    flattened("documents", "reranker.output_documents"),
    flattened("input", "reranker.input_documents"),
    attribute("query", "reranker.query"),
    attribute("call_name", "tool.name"),
    *attributes("call_id", "tool_call.id", "tool.id"),
    attribute("arguments", "tool.parameters"),
    attribute("input", "input.value"),
    attribute("output", "output.value"),
)
