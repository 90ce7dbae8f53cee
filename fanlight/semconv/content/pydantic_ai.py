"""pydantic-ai and Logfire: the whole conversation of a run, results, and events as one JSON attribute.

Source: what pydantic-ai sends, instrumentation versions 1 to 5, and Logfire's instrumentation of OpenAI.
"""

from __future__ import annotations

from typing import Any

from fanlight.semconv.content.sent import Sent
from fanlight.semconv.content.source import Source, attribute, attributes

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


SOURCES = (
    *attributes("input", "pydantic_ai.all_messages", "all_messages"),
    _events("input", "events"),
    _events("output", "events"),
    attribute("input", "all_messages_events"),
    attribute("output", "final_result"),
    attribute("arguments", "tool_arguments"),
    attribute("result", "tool_response"),
    attribute("input", "request_data"),
    attribute("output", "response_data"),
)
