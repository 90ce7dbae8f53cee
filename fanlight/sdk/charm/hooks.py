"""The eight hooks that a telemetry exporter of Charm has."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

HOOKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "on_run_start": ("run_id", "inputs"),
        "on_run_end": ("run_id", "outputs"),
        "on_error": ("run_id", "error"),
        "on_tool_start": ("tool_name", "input_str"),
        "on_tool_end": ("tool_name", "output"),
        "on_tool_error": ("tool_name", "error"),
        "on_llm_new_token": ("token",),
        "on_agent_action": ("tool", "tool_input"),
    }
)
"""Every hook with the names of its parameters: they are passed by keyword."""


class BaseTelemetryExporter(abc.ABC):  # noqa: B024 - Charm's is one, and exporters are asked for it
    """What exporters inherit. Hooks are called with keywords, from any thread of the agent.

    Each hook may be left out here. `charmos` refuses a class that lacks one: an exporter that shall work
    there too has all eight, as `fanlight exporter check` tells.

    Example:
        >>> class Printing(BaseTelemetryExporter):
        ...     def on_tool_start(self, tool_name: str, input_str: str) -> None:
        ...         print(tool_name, input_str)
        >>> Printing().on_tool_start(tool_name="search", input_str="trains")
        search trains
    """

    # ruff: noqa: B027 - a hook that is left out does nothing
    def on_run_start(self, run_id: str, inputs: dict[str, Any]) -> None:
        """The agent starts. Charm's own run ids are always "local"."""

    def on_run_end(self, run_id: str, outputs: dict[str, Any]) -> None:
        """The agent returned; `outputs["status"]` is success, suspended or error."""

    def on_error(self, run_id: str, error: Exception) -> None:
        """The run failed. It may come after `on_run_end`."""

    def on_tool_start(self, tool_name: str, input_str: str) -> None:
        """A tool is called."""

    def on_tool_end(self, tool_name: str, output: str) -> None:
        """A tool gave its result. `tool_name` may be "Unknown" when tools run in parallel."""

    def on_tool_error(self, tool_name: str, error: BaseException) -> None:
        """A tool failed."""

    def on_llm_new_token(self, token: str) -> None:
        """A model streamed a piece of text."""

    def on_agent_action(self, tool: str, tool_input: Any) -> None:
        """The agent decided to use a tool; `tool_input` is text or a mapping."""


def missing_hooks(exporter: object) -> str:
    """Which hooks an exporter that inherits nothing lacks, in words; nothing when it has all.

    Example:
        >>> missing_hooks(BaseTelemetryExporter())
        ''
        >>> missing_hooks("no exporter")[:38]
        'lacks hooks: on_run_start, on_run_end,'
    """
    missing = [hook for hook in HOOKS if not callable(getattr(exporter, hook, None))]
    return f"lacks hooks: {', '.join(missing)}" if missing else ""
