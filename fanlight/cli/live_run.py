"""A run as it goes on, in the terminal: the answer on stdout, whatever else is said on stderr."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from fanlight.cli.output import stderr, stdout, visible

if TYPE_CHECKING:
    from fanlight.runner.capture.items import Event, Item
    from fanlight.runner.order import Outcome

SHORT_ID = 12
MARKS = {"success": ("✓", "green"), "suspended": ("⏸", "yellow"), "cancelled": ("■", "dim")}
FAILED_MARK = ("✗", "bold red")


class LiveRun:
    """Prints items as they come. `is_quiet` prints what the runner does, and nothing of the agent."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        self._is_quiet = is_quiet
        self._streamed: list[str] = []
        self._is_inside_line = False

    def note(self, text: str) -> None:
        """Something that the runner does."""
        self._end_line()
        stderr().print(visible(text), style="dim")

    def item(self, item: Item) -> None:
        """Something that the agent wrote."""
        if self._is_quiet:
            return
        try:
            self._print(item)
        except (BrokenPipeError, SystemExit):
            # Nobody reads any more (head, less), and Rich makes an exit of that. The run goes on.
            self._is_quiet = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _print(self, item: Item) -> None:
        from fanlight.runner.capture.items import Event, Flooded, Line

        match item:
            case Event():
                self._event(item)
            case Line(stream="stdout"):
                self._end_line()
                stdout().print(visible(item.text), soft_wrap=True)
            case Line():
                self._end_line()
                stderr().print(visible(item.text), style="dim")
            case Flooded():
                self.note(f"… {item.items:,} of a flood on {item.stream} are counted, not shown")

    def end(self, outcome: Outcome) -> None:
        """How it ended."""
        self._end_line()
        mark, style = MARKS.get(outcome.status, FAILED_MARK)
        parts = [f"{mark} {outcome.status}", f"{outcome.duration_ms / 1000:.1f} s"]
        if outcome.exit_code:
            parts.append(f"exit code {outcome.exit_code}")
        parts += [f"{name} ×{count}" for name, count in outcome.tool_usage.items()]
        stderr().print(visible(" · ".join(parts)), style=style)
        if outcome.was_sent:
            stderr().print(f"  fanlight show {outcome.run_id[:SHORT_ID]}", style="dim")
        else:
            stderr().print("  the server did not take all of it: the next run sends it again", style="yellow")

    def _event(self, event: Event) -> None:
        content = event.value.get("content")
        match event.type:
            case "delta":
                text = str(content)
                self._streamed.append(text)
                self._is_inside_line = not text.endswith("\n")
                stdout().print(visible(text, keep_lines=True), end="", soft_wrap=True)
            case "final":
                self._final(event, content)
            case "error":
                self._end_line()
                stderr().print(visible(content, keep_lines=True), style="red")
            case "thinking" | "status":
                self._end_line()
                stderr().print(visible(content, keep_lines=True).rstrip("\n"), style="dim")
            case "artifact" if isinstance(content, dict):
                self.note(f"artifact {content.get('name')}  {content.get('url')}")
            case "control":
                self.note(f"suspended; waits for {event.value.get('next_step')}")

    def _final(self, event: Event, content: Any) -> None:
        self._end_line()
        if isinstance(content, str):
            if content != "".join(self._streamed):
                stdout().print(visible(content, keep_lines=True), soft_wrap=True)
        else:
            stdout().print(visible(json.dumps(content, indent=2, ensure_ascii=False), keep_lines=True))

    def _end_line(self) -> None:
        if self._is_inside_line:
            stdout().print()
            self._is_inside_line = False
