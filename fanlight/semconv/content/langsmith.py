"""LangSmith: inputs and outputs of a run as JSON, under its own names or OpenTelemetry's old ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fanlight.semconv.content.sent import Sent
from fanlight.semconv.content.source import Source

_INPUTS = ("langsmith.inputs", "gen_ai.prompt", "inputs")
_OUTPUTS = ("langsmith.outputs", "gen_ai.completion", "outputs")


def _value(key: str, only: str) -> Callable[[Sent], Any]:
    """The value of an attribute; what is no object was wrapped into one under the name `only`."""

    def read(sent: Sent) -> Any:
        value = sent.value(key)
        return value[only] if isinstance(value, dict) and list(value) == [only] else value

    return read


SOURCES = (
    *(Source("input", key, _value(key, "input")) for key in _INPUTS),
    *(Source("output", key, _value(key, "output")) for key in _OUTPUTS),
)
