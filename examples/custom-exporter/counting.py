"""Counts what an agent does and says it at the end of each run."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

from charm.core.telemetry import BaseTelemetryExporter


class CountingExporter(BaseTelemetryExporter):
    """One count a hook, printed to stderr: stdout belongs to Charm's events."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def on_run_start(self, run_id: str, inputs: dict[str, Any]) -> None:
        self.counts.clear()

    def on_run_end(self, run_id: str, outputs: dict[str, Any]) -> None:
        print(", ".join(f"{count} {what}" for what, count in self.counts.items()), file=sys.stderr)

    def on_error(self, run_id: str, error: Exception) -> None:
        self.counts["errors"] += 1

    def on_tool_start(self, tool_name: str, input_str: str) -> None:
        self.counts["tool calls"] += 1

    def on_tool_end(self, tool_name: str, output: str) -> None:
        self.counts["tool results"] += 1

    def on_tool_error(self, tool_name: str, error: BaseException) -> None:
        self.counts["tool errors"] += 1

    def on_llm_new_token(self, token: str) -> None:
        self.counts["tokens"] += 1

    def on_agent_action(self, tool: str, tool_input: Any) -> None:
        self.counts["decisions"] += 1
