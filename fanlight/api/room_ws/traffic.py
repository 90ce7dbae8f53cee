"""Who is connected to rooms, and what became of connections and requests: counted by reason."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from fanlight.errors import OverloadError

CLOSE_S = 10.0

_HELP = {
    "requests": "Requests of participants, by what became of them.",
    "endings": "Connections to rooms that ended, by reason.",
}


class Traffic:
    """All connections to rooms of one server. Used on one event loop.

    Example:
        >>> traffic = Traffic(1)
        >>> with traffic.connected():
        ...     traffic.note("endings", "unread")
        ...     print(traffic.render().splitlines()[2])
        fanlight_room_connections 1
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0
        self._counts: Mapping[str, Counter[str]] = {name: Counter() for name in _HELP}
        self.stopping = asyncio.Event()
        self._none_open = asyncio.Event()
        self._none_open.set()

    @contextmanager
    def connected(self) -> Iterator[None]:
        """As long as somebody is connected. Raises OverloadError when too many are, or the server stops."""
        if self.stopping.is_set() or self._open >= self._most:
            raise OverloadError(
                "the server stops" if self.stopping.is_set() else f"{self._most} participants are connected",
                retry_after_s=5,
                hint="connect again later",
            )
        self._open += 1
        self._none_open.clear()
        try:
            yield
        finally:
            self._open -= 1
            if not self._open:
                self._none_open.set()

    def note(self, what: str, reason: str) -> None:
        """One of `requests`, or of `endings`, came to `reason`."""
        self._counts[what][reason] += 1

    async def close(self) -> None:
        """Let every connection finish what it was asked, and end it."""
        self.stopping.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._none_open.wait(), CLOSE_S)

    def render(self) -> str:
        """Prometheus text."""
        name = "fanlight_room_connections"
        lines = [f"# HELP {name} Participants connected.", f"# TYPE {name} gauge", f"{name} {self._open}"]
        for what, help_ in _HELP.items():
            name = f"fanlight_room_{what}_total"
            lines += [f"# HELP {name} {help_}", f"# TYPE {name} counter"]
            counts = sorted(self._counts[what].items())
            lines += [f'{name}{{reason="{reason}"}} {count}' for reason, count in counts]
        return "\n".join(lines) + "\n"
