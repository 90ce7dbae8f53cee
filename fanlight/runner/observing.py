"""What a run's own events say of it, gathered while they pass."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

from fanlight.runner.capture.items import Event, Item, Line

LAST_LINES = 50
MAX_TEXT = 1024 * 1024


class Observed:
    """Final, error, state and tools of one run; what is verified goes before what is not."""

    def __init__(self) -> None:
        self.final: Event | None = None
        self.error: Event | None = None
        self.control: Event | None = None
        self.state: Any = None
        self.tools: Counter[str] = Counter()
        self.last_lines: deque[str] = deque(maxlen=LAST_LINES)
        self._text: list[str] = []
        self._text_size = 0
        self._deltas: list[str] = []
        self._deltas_size = 0

    def see(self, item: Item) -> None:
        """One more item of the run."""
        if isinstance(item, Line):
            self.last_lines.append(item.text)
            if item.stream == "stdout" and self._text_size < MAX_TEXT:
                self._text.append(item.text)
                self._text_size += len(item.text)
        elif isinstance(item, Event):
            self._event(item)

    @property
    def stdout(self) -> str:
        """The text of stdout, as far as it is kept."""
        return "\n".join(self._text)

    @property
    def streamed(self) -> str:
        """What was streamed as the answer."""
        return "".join(self._deltas)

    def _event(self, event: Event) -> None:
        match event.type:
            case "final":
                self.final = _better(self.final, event)
            case "error":
                self.error = _better(self.error, event)
            case "control":
                self.control = _better(self.control, event)
            case "state_update":
                self.state = event.value.get("content")
            case "tool_usage":
                self._used(event)
            case "delta" if self._deltas_size < MAX_TEXT:
                self._deltas.append(str(event.value.get("content", "")))
                self._deltas_size += len(self._deltas[-1])

    def _used(self, event: Event) -> None:
        count = event.value.get("count", 1)
        # Text on stdout may claim anything; what costs money is never taken back by it.
        if type(count) is int and count > 0:
            self.tools[str(event.value.get("tool"))] += count


def _better(known: Event | None, event: Event) -> Event:
    if known is None or (event.verified and not known.verified):
        return event
    return known
