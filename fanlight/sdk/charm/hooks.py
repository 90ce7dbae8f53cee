"""The eight hooks that a telemetry exporter of Charm has."""

from __future__ import annotations

import abc
from typing import Any


class BaseTelemetryExporter(abc.ABC):
    """What every exporter implements. Hooks are called with keywords, from any thread of the agent."""

    @abc.abstractmethod
    def on_run_start(self, run_id: str, inputs: dict[str, Any]) -> None:
        """The agent starts. Charm's own run ids are always "local"."""

    @abc.abstractmethod
    def on_run_end(self, run_id: str, outputs: dict[str, Any]) -> None:
        """The agent returned; `outputs["status"]` is success, suspended or error."""

    @abc.abstractmethod
    def on_error(self, run_id: str, error: Exception) -> None:
        """The run failed. It may come after `on_run_end`."""

    @abc.abstractmethod
    def on_tool_start(self, tool_name: str, input_str: str) -> None:
        """A tool is called."""

    @abc.abstractmethod
    def on_tool_end(self, tool_name: str, output: str) -> None:
        """A tool gave its result. `tool_name` may be "Unknown" when tools run in parallel."""

    @abc.abstractmethod
    def on_tool_error(self, tool_name: str, error: BaseException) -> None:
        """A tool failed."""

    @abc.abstractmethod
    def on_llm_new_token(self, token: str) -> None:
        """A model streamed a piece of text."""

    @abc.abstractmethod
    def on_agent_action(self, tool: str, tool_input: Any) -> None:
        """The agent decided to use a tool; `tool_input` is text or a mapping."""
