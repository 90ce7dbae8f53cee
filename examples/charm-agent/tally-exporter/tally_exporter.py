"""An exporter as somebody else would publish it: a line for each run in the file that TALLY_FILE names."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any


class TallyExporter:
    """Charm calls each hook by keyword. Here all of them run in a process of their own."""

    def __init__(self) -> None:
        self._file = Path(os.environ.get("TALLY_FILE", "/tmp/tally.txt"))
        self._counts: Counter[str] = Counter()

    def on_run_start(self, run_id: str, inputs: dict[str, Any]) -> None:
        self._counts.clear()

    def on_run_end(self, run_id: str, outputs: dict[str, Any]) -> None:
        self._write("success")

    def on_error(self, run_id: str, error: Exception) -> None:
        self._write(f"failed: {error}")

    def on_tool_start(self, tool_name: str, input_str: str) -> None:
        self._counts[tool_name] += 1

    def on_tool_end(self, tool_name: str, output: str) -> None:
        pass

    def on_tool_error(self, tool_name: str, error: BaseException) -> None:
        self._counts[f"{tool_name} failed"] += 1

    def on_llm_new_token(self, token: str) -> None:
        self._counts["words"] += 1

    def on_agent_action(self, tool: str, tool_input: Any) -> None:
        pass

    def _write(self, status: str) -> None:
        told = ", ".join(f"{what} {count}" for what, count in self._counts.items())
        with self._file.open("a") as file:
            file.write(f"{status}: {told}\n")
