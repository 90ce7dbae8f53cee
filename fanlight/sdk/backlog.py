"""What waits to be sent: bounded in count and bytes, filled by every thread of the agent, emptied by one.

Nothing here blocks. The lock is reentrant: a span may end in a finaliser or a signal handler that runs in
the middle of another's `put`.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from fanlight.sdk.drops import Drops
from fanlight.sdk.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk._logs import ReadableLogRecord
    from opentelemetry.sdk.trace import ReadableSpan, Span

    from fanlight.sdk.payload import Payload

Item: TypeAlias = "ReadableSpan | ReadableLogRecord | Payload"
"""What can be queued whole."""

ITEM_BYTES = 512
"""What a span or record weighs beyond its texts."""

MAX_TOKENS = 65_536
MAX_TOKEN_BYTES = 8 * 1024 * 1024


class Backlog:
    """Three queues: spans that started, whole items with their weights, and streamed tokens.

    `wake` is called when something came and the consumer may be asleep; `asleep` says so.
    """

    def __init__(self, settings: Settings, drops: Drops, wake: Callable[[], None]) -> None:
        self.wake = wake
        self._drops = drops
        self._max_items = settings.queue_items
        self._max_bytes = settings.queue_bytes
        self.empty()

    def empty(self) -> None:
        """Forget everything: in a forked child it is all its parent's."""
        self.starts: deque[Span] = deque()
        self.items: deque[tuple[Item, int]] = deque()
        self.tokens: deque[Any] = deque()
        self.asleep = True
        self._is_closed = False
        self._bytes = 0
        self._token_bytes = 0
        self._lock = threading.RLock()

    def put_start(self, span: Span) -> None:
        """A span started; it is kept alive until the next turn only."""
        if len(self.starts) < self._max_items:
            self.starts.append(span)
        else:
            self._drops.add("starts_skipped")
        if self.asleep:
            self.wake()

    def put(self, item: Item, weight: int) -> None:
        """A whole item of about `weight` bytes; dropped and counted when there is no room."""
        if self._is_closed:
            self._drops.add("exit", count_of(item))
            return
        with self._lock:
            room = len(self.items) < self._max_items and self._bytes + weight <= self._max_bytes
            if room:
                self._bytes += weight
                self.items.append((item, weight))
        if not room:
            self._drops.add("queue_full", count_of(item))
        if self.asleep:
            self.wake()

    def put_token(self, token: Any, weight: int) -> None:
        """A piece of streamed text; these never take room from whole items."""
        with self._lock:
            room = len(self.tokens) < MAX_TOKENS and self._token_bytes + weight <= MAX_TOKEN_BYTES
            if room:
                self._token_bytes += weight
                self.tokens.append(token)
        if not room:
            self._drops.add("tokens_skipped")
        if self.asleep:
            self.wake()

    def close(self) -> None:
        """From now on everything is lost, and counted."""
        self._is_closed = True

    def forget(self) -> int:
        """Drop all items; how many there were."""
        with self._lock:
            forgotten = sum(count_of(item) for item, _ in self.items)
            self.items.clear()
            self._bytes = 0
        return forgotten

    def take_starts(self) -> list[Span]:
        """Everything that started until now."""
        return [self.starts.popleft() for _ in range(len(self.starts))]

    def take(self, most: int, most_bytes: int) -> list[Item]:
        """The oldest items: up to `most`, and beyond the first no more than `most_bytes`."""
        taken: list[Item] = []
        with self._lock:
            total = 0
            while self.items and len(taken) < most:
                if taken and total + self.items[0][1] > most_bytes:
                    break
                item, weight = self.items.popleft()
                taken.append(item)
                total += weight
            self._bytes -= total
        return taken

    def take_tokens(self) -> list[Any]:
        """Every token until now."""
        with self._lock:
            taken = list(self.tokens)
            self.tokens.clear()
            self._token_bytes = 0
        return taken


def count_of(item: Item) -> int:
    """How many spans, records or points are in it: a request of metrics has many."""
    return int(getattr(item, "items", 1))


def weigh(value: Any) -> int:
    """About how many bytes an attribute's value takes; texts and lists of them count.

    Example:
        >>> weigh("four"), weigh(["a", "bc"]), weigh({"k": "v"}), weigh(7)
        (4, 3, 2, 8)
    """
    kind = type(value)
    if kind is str or kind is bytes:
        return len(value)
    if kind is tuple or kind is list:
        return sum(map(weigh, value))
    if kind is dict:
        return sum(len(key) + weigh(item) for key, item in value.items())
    return 8
