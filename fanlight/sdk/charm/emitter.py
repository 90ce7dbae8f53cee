"""Charm's events on stdout: one line each, a prefix and JSON."""

from __future__ import annotations

import json
import sys
import threading
from typing import Any, TextIO

from fanlight.sdk.charm.hooks import BaseTelemetryExporter
from fanlight.sdk.snapshot import text_of

EVENT_PREFIX = "__CHARM_EVENT__"
TOOL_OUTPUT_CHARACTERS = 500


class CharmEmitter:
    """Writes events to stdout, for whoever runs the agent."""

    @staticmethod
    def _write(event_type: str, payload: dict[str, Any]) -> None:
        event = json.dumps({"type": event_type, **payload}, ensure_ascii=False, default=text_of)
        # A lone surrogate cannot be written to a pipe, and must not end the run.
        sys.stdout.write(f"{EVENT_PREFIX}{event}\n".encode("utf-8", "replace").decode("utf-8"))
        sys.stdout.flush()

    @staticmethod
    def emit_status(message: str) -> None:
        """What the runtime does."""
        CharmEmitter._write("status", {"content": message})

    @staticmethod
    def emit_thinking(content: str) -> None:
        """What the agent does."""
        CharmEmitter._write("thinking", {"content": content})

    @staticmethod
    def emit_delta(content: str) -> None:
        """A streamed piece of the answer."""
        CharmEmitter._write("delta", {"content": content})

    @staticmethod
    def emit_final(content: Any, format: str = "auto") -> None:  # noqa: A002 - Charm's name
        """The answer. `auto` finds the format: markdown, json or rich_component."""
        if format == "auto":
            format = _format_of(content)  # noqa: A001
        CharmEmitter._write("final", {"content": content, "format": format})

    @staticmethod
    def emit_error(message: str) -> None:
        """Why the run failed."""
        CharmEmitter._write("error", {"content": message})

    @staticmethod
    def emit_artifact(name: str, url: str, mime: str) -> None:
        """A file that the agent made."""
        CharmEmitter._write("artifact", {"content": {"name": name, "url": url, "mime": mime}})

    @staticmethod
    def emit_tool_usage(tool: str, count: int = 1) -> None:
        """How often a tool was used."""
        CharmEmitter._write("tool_usage", {"tool": tool, "count": count})


def _format_of(content: Any) -> str:
    if isinstance(content, dict):
        return "rich_component" if "_charm_render_type" in content else "json"
    return "json" if isinstance(content, list) else "markdown"


class StdoutInterceptor:
    """Stands in for stdout: event lines pass, other lines become `thinking` events.

    Several threads may write to it; whatever else a stream has (`isatty`, `encoding`) is the real one's.
    """

    def __init__(self) -> None:
        self.terminal: TextIO = sys.stdout
        self.buffer = ""
        self._lock = threading.RLock()

    def write(self, message: str) -> int:
        """Pass an event on, or keep text until its line is whole."""
        with self._lock:
            if message.startswith(EVENT_PREFIX):
                self.terminal.write(message)
                return len(message)
            *lines, self.buffer = (self.buffer + message).split("\n")
            for line in lines:
                if line.strip():
                    self._thinking(line + "\n")
            return len(message)

    def flush(self) -> None:
        """Flush the real stdout; an unfinished line stays until it is whole."""
        self.terminal.flush()

    def _thinking(self, content: str) -> None:
        event = json.dumps({"type": "thinking", "content": content}, ensure_ascii=False)
        self.terminal.write(EVENT_PREFIX + event.encode("utf-8", "replace").decode("utf-8") + "\n")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.terminal, name)


class CharmEmitterExporter(BaseTelemetryExporter):
    """Turns hooks into events on stdout. Always the first of a manager's exporters."""

    def on_run_start(self, run_id: str, inputs: dict[str, Any]) -> None:
        """The wrapper writes the run's own events."""

    def on_run_end(self, run_id: str, outputs: dict[str, Any]) -> None:
        """The wrapper writes the run's own events."""

    def on_error(self, run_id: str, error: Exception) -> None:
        """The wrapper writes the run's own events."""

    def on_tool_start(self, tool_name: str, input_str: str) -> None:
        CharmEmitter.emit_thinking(f"Using Tool: {text_of(tool_name)}\nInput: {text_of(input_str)}\n")

    def on_tool_end(self, tool_name: str, output: str) -> None:
        CharmEmitter.emit_thinking(f"Tool Output: {text_of(output)[:TOOL_OUTPUT_CHARACTERS]}...\n")

    def on_tool_error(self, tool_name: str, error: BaseException) -> None:
        CharmEmitter.emit_thinking(f"Tool Error: {error}\n")

    def on_llm_new_token(self, token: str) -> None:
        if token:
            CharmEmitter.emit_delta(token)

    def on_agent_action(self, tool: str, tool_input: Any) -> None:
        CharmEmitter.emit_thinking(f"Thought: I need to use {text_of(tool)} with {tool_input}\n")
