"""One reader of the live stream, at its own pace."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from fanlight.live.batch import Batch, Gap
from fanlight.live.feed import Feed, Wanted


class Source(Protocol):
    """What a subscription asks of its broker."""

    async def read(self, feed: Feed, wanted: Wanted, after: int) -> tuple[list[Batch], int]:
        """Batches behind `after` from the store, and how far they reach."""
        ...

    async def find_gap(self, feed: Feed, wanted: Wanted, after: int) -> Gap | None:
        """What lies behind `after` and is too old to be given, or None."""
        ...

    def leave(self, subscription: Subscription) -> None:
        """The reader is gone."""
        ...


@dataclass(slots=True, eq=False)
class Subscription(AsyncIterator[Batch | Gap]):
    """An endless iterator of batches in one order, without holes; what cannot be given is one Gap.

    Made by `Broker.subscribe`; close it, or use it in a `with` block.
    """

    source: Source
    feed: Feed
    wanted: Wanted
    cursor: int
    gap: Gap | None = None
    closed: bool = False
    _ready: deque[Batch] | None = None
    _behind: bool = False

    @property
    def position(self) -> int:
        """The reader was given everything up to this seq."""
        return self._ready[0].events[0].seq - 1 if self._ready else self.cursor

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> Batch | Gap:
        while not self.closed:
            found = self._take()
            if found is None and self.cursor >= self.feed.loaded:
                await self.feed.moved()
            elif found is None:
                found = await self._catch_up()
            if found is not None:
                return found
        raise StopAsyncIteration

    def _take(self) -> Batch | Gap | None:
        """The next of what is at hand: a gap to tell, the rest of what was read, or the feed's blocks."""
        if self.gap is not None:
            gap, self.gap = self.gap, None
            return gap
        if self._ready:
            return self._ready.popleft()
        while (block := self.feed.find(self.cursor, self.wanted)) is not None:
            batch = block.select(self.wanted, self.cursor)
            self.cursor, self._behind = block.upto, False
            if batch is not None:
                return batch
        return None

    async def _catch_up(self) -> Gap | None:
        """Read the store up to where the feed is; a reader that keeps reading is never told of a gap."""
        if not self._behind:
            self._behind = True
            gap = await self.source.find_gap(self.feed, self.wanted, self.cursor)
            if gap is not None:
                self.cursor = gap.upto
                return gap
        batches, self.cursor = await self.source.read(self.feed, self.wanted, self.cursor)
        self._ready = deque(batches)
        return None

    def close(self) -> None:
        """Stop reading; an iteration that waits ends."""
        if not self.closed:
            self.closed = True
            self.source.leave(self)

    def __enter__(self) -> Subscription:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
