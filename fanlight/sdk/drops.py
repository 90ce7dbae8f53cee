"""What did not reach the server, by reason. Each reason is said once in the log."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping

_log = logging.getLogger("fanlight")

HINTS: Mapping[str, str] = {
    "queue_full": "the agent makes telemetry faster than the server takes it",
    "starts_skipped": "too much was queued to show spans before they end",
    "tokens_skipped": "too many streamed tokens were queued",
    "unencodable": "a value could not be written as OTLP",
    "refused": "the server refused a request; check FANLIGHT_URL and FANLIGHT_KEY",
    "rejected": "the server took a request but not all that is in it",
    "spool_full": "the server has been away for so long that the oldest data went",
    "exit": "the process ended before the server took it",
}
"""The reasons, and what each means."""


class Drops:
    """Counts by reason; written by any thread."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._told: Counter[str] = Counter()

    def add(self, reason: str, count: int = 1, detail: str = "") -> None:
        """Count what was lost. `detail` goes into the log line, which is written for a reason's first."""
        if count <= 0:
            return
        first = reason not in self._counts
        self._counts[reason] += count
        if first:
            said = f" ({detail})" if detail else ""
            _log.warning("telemetry is lost: %s%s; further ones are counted", HINTS.get(reason, reason), said)

    def snapshot(self) -> Mapping[str, int]:
        """How many by reason."""
        return dict(self._counts)

    @property
    def has_news(self) -> bool:
        """Something was counted since `untold` was last asked."""
        return self._told != self._counts

    def untold(self) -> Mapping[str, int]:
        """What was counted since this was last asked: for a record that the server gets."""
        counts = Counter(self._counts)
        news = counts - self._told
        self._told = counts
        return dict(news)
