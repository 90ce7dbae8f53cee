"""pydantic-ai and Logfire: the whole conversation of a run, results, and events as one JSON attribute.

Source: what pydantic-ai sends, instrumentation versions 1 to 5, and Logfire's instrumentation of OpenAI.
"""

from __future__ import annotations

from typing import Any

from fanlight.semconv.content.sent import Sent
from fanlight.semconv.content.source import Source, attribute

CHOICE = "gen_ai.choice"


def _events(field: str, key: str) -> Source:
    """Events that were sent as one attribute; the last of them, the choice, is the answer."""

    def read(sent: Sent) -> Any:
        events = sent.value(key)
        if not isinstance(events, list):
            return None
        is_output = field == "output"
        named = [
            event for event in events if isinstance(event, dict) and isinstance(event.get("event.name"), str)
        ]
        return [event for event in named if (event["event.name"] == CHOICE) == is_output] or None

    return Source(field, key, read)


def _history(key: str) -> Source:
    """All messages of a run but its answer, which is the output."""

    def read(sent: Sent) -> Any:
        messages = sent.value(key)
        if not isinstance(messages, list) or "final_result" not in sent.values:
            return messages
        last = messages[-1] if messages else None
        answered = isinstance(last, dict) and (
            last.get("role") == "assistant" or last.get("event.name") == CHOICE
        )
        return messages[:-1] if answered else messages

    return Source("input", key, read)


SOURCES = (
    _history("pydantic_ai.all_messages"),
    _history("all_messages"),
    _events("input", "events"),
    _events("output", "events"),
    _history("all_messages_events"),
    attribute("output", "final_result"),
    attribute("arguments", "tool_arguments"),
    attribute("result", "tool_response"),
    attribute("input", "request_data"),
    attribute("output", "response_data"),
)
