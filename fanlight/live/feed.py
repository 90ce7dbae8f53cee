"""The feed of one project: its newest events in memory, shared by all of its readers."""

from __future__ import annotations

import asyncio
import bisect
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from fanlight.live.batch import Batch
from fanlight.model.event import Event
from fanlight.model.project import ProjectScope

Topics = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """All events of `topics` with `after` < seq <= `upto`. None stands for every topic: nothing happened."""

    after: int
    upto: int
    topics: Topics | None
    events: tuple[Event, ...] = ()
    batches: dict[Topics, Batch | None] = field(default_factory=dict)

    @property
    def payload_bytes(self) -> int:
        return sum(len(event.payload) for event in self.events)

    def covers(self, topics: Topics) -> bool:
        return self.topics is None or topics <= self.topics

    def select(self, topics: Topics, after: int) -> Batch | None:
        """The events of `topics` behind `after`; None when there are none."""
        if after > self.after:
            return _batch(event for event in self.events if event.seq > after and event.topics & topics)
        if topics not in self.batches:
            self.batches[topics] = _batch(event for event in self.events if event.topics & topics)
        return self.batches[topics]


def _batch(events: Iterable[Event]) -> Batch | None:
    found = tuple(events)
    return Batch(found) if found else None


@dataclass(slots=True, eq=False)
class Feed:
    """The newest blocks of a project, one behind the other without a hole, and who waits for more.

    The feed is bounded by `max_events` and `max_bytes`; a reader that falls behind its oldest block reads
    from the store at its own pace. `loaded` is how far the feed has come, `target` how far it should.
    """

    scope: ProjectScope
    loaded: int
    max_events: int
    max_bytes: int
    target: int = 0
    dirty: frozenset[str] = frozenset()
    blocks: deque[Block] = field(default_factory=deque)
    readers: Counter[Topics] = field(default_factory=Counter)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    _moved: asyncio.Event = field(default_factory=asyncio.Event)
    _events: int = 0
    _bytes: int = 0

    @property
    def topics(self) -> Topics:
        """Everything that some reader listens to."""
        return frozenset[str]().union(*self.readers)

    def notify(self, watermark: int, kinds: frozenset[str]) -> None:
        """The store has everything up to `watermark`; `kinds` tells what of it this project got."""
        self.target = max(self.target, watermark)
        self.dirty |= kinds
        self.wake.set()

    def append(self, block: Block) -> None:
        """The feed has come as far as `block`. Readers that wait go on."""
        if self._is_quiet_after_quiet(block):
            block = Block(after=self.blocks.pop().after, upto=block.upto, topics=None)
        self.blocks.append(block)
        self._events += len(block.events)
        self._bytes += block.payload_bytes
        while len(self.blocks) > 1 and self._is_full():
            old = self.blocks.popleft()
            self._events -= len(old.events)
            self._bytes -= old.payload_bytes
        self.loaded = block.upto
        self.stir()

    def _is_full(self) -> bool:
        return (
            self._events > self.max_events
            or self._bytes > self.max_bytes
            or len(self.blocks) > self.max_events
        )

    def _is_quiet_after_quiet(self, block: Block) -> bool:
        return block.topics is None and bool(self.blocks) and self.blocks[-1].topics is None

    def stir(self) -> None:
        """Let everybody who waits look again."""
        self._moved.set()
        self._moved = asyncio.Event()

    async def moved(self) -> None:
        """Wait until the feed has moved."""
        await self._moved.wait()

    def find(self, after: int, topics: Topics) -> Block | None:
        """The block that holds what comes behind `after`; None when it is gone or lacks some of `topics`."""
        place = bisect.bisect_right(self.blocks, after, key=lambda block: block.upto)
        if place == len(self.blocks):
            return None
        block = self.blocks[place]
        return block if block.after <= after and block.covers(topics) else None
