"""OpenTelemetry GenAI as events, one a message or all in one: of the span, or log records about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fanlight.semconv.content.sent import Sent, SentEvent
from fanlight.semconv.content.source import Source

DETAILS = "gen_ai.client.inference.operation.details"
CHOICE = "gen_ai.choice"

EVENT_NAMES = (
    DETAILS, CHOICE, "gen_ai.system.message", "gen_ai.user.message", "gen_ai.assistant.message",
    "gen_ai.tool.message", "gen_ai.content.prompt", "gen_ai.content.completion",
)  # fmt: skip
"""The events that carry content."""

_MESSAGE = re.compile(r"gen_ai\.(system|user|assistant|tool)\.message")
_HELD: Mapping[str, tuple[str, str]] = {
    "input": ("gen_ai.content.prompt", "gen_ai.prompt"),
    "output": ("gen_ai.content.completion", "gen_ai.completion"),
}
_DETAILED = {
    "system": "gen_ai.system_instructions",
    "input": "gen_ai.input.messages",
    "output": "gen_ai.output.messages",
    "tools": "gen_ai.tool.definitions",
}


def _detail(field: str) -> Callable[[Sent], Any]:
    def read(sent: Sent) -> Any:
        found = (event for event in _events(sent) if event.name == DETAILS)
        held = (event.fields[_DETAILED[field]] for event in found if _DETAILED[field] in event.fields)
        return sent.read(next(held, None))

    return read


def _messages(field: str) -> Callable[[Sent], Any]:
    """Every message of this side, in the order of the events."""

    def read(sent: Sent) -> Any:
        is_output = field == "output"
        found = (
            {**event.fields, "event.name": event.name}
            for event in _events(sent)
            if (event.name == CHOICE) == is_output
            and (event.name == CHOICE or _MESSAGE.fullmatch(event.name))
        )
        return sent.read(list(found)) or None

    return read


def _held(field: str) -> Callable[[Sent], Any]:
    name, key = _HELD[field]

    def read(sent: Sent) -> Any:
        values = [
            sent.read(event.fields[key])
            for event in _events(sent)
            if event.name == name and key in event.fields
        ]
        return values[0] if len(values) == 1 else values or None

    return read


def _events(sent: Sent) -> Sequence[SentEvent]:
    return (*sent.events, *sent.logs)


SOURCES = (
    *(Source(field, DETAILS, _detail(field)) for field in _DETAILED),
    Source("input", "gen_ai.*.message", _messages("input")),
    Source("output", CHOICE, _messages("output")),
    *(Source(field, _HELD[field][0], _held(field)) for field in _HELD),
)
