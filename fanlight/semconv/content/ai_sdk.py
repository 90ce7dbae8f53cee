"""Vercel AI SDK up to 6 (`ai.*`); from 7 on it speaks OpenTelemetry GenAI."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fanlight.semconv.content.sent import Sent
from fanlight.semconv.content.source import Source, attribute, attributes


def _answer(prefix: str) -> Callable[[Sent], Any]:
    """Reasoning, text, files, object and calls stand in attributes of their own: one message."""

    def read(sent: Sent) -> Any:
        text, object_ = sent.text(f"{prefix}.text"), sent.value(f"{prefix}.object")
        calls, files = sent.value(f"{prefix}.toolCalls"), sent.value(f"{prefix}.files")
        blocks = [{"type": "text", "text": text}] if text else []
        blocks += (
            [{"type": "file", **file} for file in files if isinstance(file, dict)]
            if isinstance(files, list)
            else []
        )
        if object_ is not None:
            blocks.append({"type": "json", "value": object_})
        reasoning = sent.text(f"{prefix}.reasoning") or sent.text(f"{prefix}.reasoningText")
        if not blocks and not calls and not reasoning:
            return None
        return {"role": "assistant", "content": blocks, "tool_calls": calls, "reasoning": reasoning}

    return read


def _texts(key: str) -> Callable[[Sent], Any]:
    """A list whose members are JSON texts each."""

    def read(sent: Sent) -> Any:
        values = sent.value(key)
        return [sent.read(value) for value in values] if isinstance(values, list) else values

    return read


def _said(key: str) -> Callable[[Sent], Any]:
    """Values to embed: each is what somebody said, quoted as JSON."""

    def read(sent: Sent) -> Any:
        values = sent.value(key)
        each = values if isinstance(values, list) else [values] if values is not None else []
        return [{"role": "user", "content": sent.read(value)} for value in each] or None

    return read


def _prompt(sent: Sent) -> Any:
    """What the caller gave: a prompt, messages, or both with a system text."""
    value = sent.value("ai.prompt")
    if not isinstance(value, dict) or not ("prompt" in value or "messages" in value):
        return value
    held = value.get("messages") or value.get("prompt")
    turns = held if isinstance(held, list) else [{"role": "user", "content": held}]
    system = [{"role": "system", "content": value["system"]}] if value.get("system") else []
    return [*system, *turns]


SOURCES = (
    attribute("input", "ai.prompt.messages"),
    Source("input", "ai.prompt", _prompt),
    Source("input", "ai.values", _said("ai.values")),
    Source("input", "ai.value", _said("ai.value")),
    Source("output", "ai.response", _answer("ai.response")),
    Source("output", "ai.result", _answer("ai.result")),
    Source("tools", "ai.prompt.tools", _texts("ai.prompt.tools")),
    Source("documents", "ai.documents", _texts("ai.documents")),
    attribute("call_name", "ai.toolCall.name"),
    attribute("call_id", "ai.toolCall.id"),
    *attributes("arguments", "ai.toolCall.args", "ai.toolCall.input"),
    *attributes("result", "ai.toolCall.result", "ai.toolCall.output"),
)
