"""Traceloop / OpenLLMetry: messages flattened as `gen_ai.prompt.0.role`, and entities' values as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fanlight.semconv.content.sent import Sent
from fanlight.semconv.content.source import Source, flattened
from fanlight.semconv.content.values import list_or_object

_WRAPPED = {"input": ("inputs", "input_str", "args"), "output": ("outputs", "output")}
_BESIDE = frozenset({"tags", "metadata", "kwargs", "inputs", "input_str", "outputs", "output", "args"})


def _messages(field: str, prefix: str) -> Source:
    def read(sent: Sent) -> Any:
        found = sent.below(prefix)
        if not isinstance(found, list):
            return None
        return [{"role": "", **_turn(item)} for item in found if isinstance(item, dict)] or None

    return Source(field, prefix, read)


def _turn(item: dict[str, Any]) -> dict[str, Any]:
    """A content that is a list of blocks was sent as JSON."""
    content = list_or_object(item.get("content"))
    return {**item, "content": content} if isinstance(content, list) else item


def _entity(field: str) -> Callable[[Sent], Any]:
    """What the entity was called with or gave, without what was noted beside it."""

    def read(sent: Sent) -> Any:
        value = sent.value(f"traceloop.entity.{field}")
        if not isinstance(value, dict) or not _BESIDE.issuperset(value):
            return value
        held = next((value[name] for name in _WRAPPED[field] if value.get(name)), None)
        return held if held is not None else value.get("kwargs") or value

    return read


SOURCES = (
    _messages("input", "gen_ai.prompt"),
    _messages("output", "gen_ai.completion"),
    flattened("tools", "llm.request.functions"),
    Source("input", "traceloop.entity.input", _entity("input")),
    Source("output", "traceloop.entity.output", _entity("output")),
)
