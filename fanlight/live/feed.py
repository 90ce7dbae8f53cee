"""The feed of one project: its newest events in memory, shared by all of its readers."""

from __future__ import annotations

import asyncio
import bisect
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from fanlight.live.batch import Batch
from fanlight.model.event import TYPES, Event
from fanlight.model.project import ProjectScope


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader listens to: `topics`, and which `types` of items of them."""

    topics: frozenset[str]
    types: frozenset[str] = TYPES

    def __le__(self, other: Wanted) -> bool:
        return self.topics <= other.topics and self.types <= other.types

    def takes(self, event: Event) -> bool:
        """Whether the reader is to be given `event`."""
        return event.type in self.types and not event.topics.isdisjoint(self.topics)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """All that is `wanted` with `after` < seq <= `upto`. None stands for everything: nothing happened."""

    after: int
    upto: int
    wanted: Wanted | None
    events: tuple[Event, ...] = ()
    batches: dict[Wanted, Batch | None] = field(default_factory=dict)

    @property
    def payload_bytes(self) -> int:
        return sum(len(event.payload) for event in self.events)

    def covers(self, wanted: Wanted) -> bool:
        return self.wanted is None or wanted <= self.wanted

    def select(self, wanted: Wanted, after: int) -> Batch | None:
        """What is wanted behind `after`; None when there is nothing."""
        if after > self.after:
            return _batch(event for event in self.events if event.seq > after and wanted.takes(event))
        if wanted not in self.batches:
            self.batches[wanted] = _batch(event for event in self.events if wanted.takes(event))
        return self.batches[wanted]


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
    readers: Counter[Wanted] = field(default_factory=Counter)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    _moved: asyncio.Event = field(default_factory=asyncio.Event)
    _events: int = 0
    _bytes: int = 0

    @property
    def wanted(self) -> Wanted:
        """Everything that some reader listens to, and more where readers want different types of topics."""
        return Wanted(
            frozenset[str]().union(*(each.topics for each in self.readers)),
            frozenset[str]().union(*(each.types for each in self.readers)),
        )

    def notify(self, watermark: int, kinds: frozenset[str]) -> None:
        """The store has everything up to `watermark`; `kinds` tells what of it this project got."""
        self.target = max(self.target, watermark)
        self.dirty |= kinds
        self.wake.set()

    def append(self, block: Block) -> None:
        """The feed has come as far as `block`. Readers that wait go on."""
        if self._is_quiet_after_quiet(block):
            block = Block(after=self.blocks.pop().after, upto=block.upto, wanted=None)
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
        return block.wanted is None and bool(self.blocks) and self.blocks[-1].wanted is None

    def stir(self) -> None:
        """Let everybody who waits look again."""
        self._moved.set()
        self._moved = asyncio.Event()

    async def moved(self) -> None:
        """Wait until the feed has moved."""
        await self._moved.wait()

    def find(self, after: int, wanted: Wanted) -> Block | None:
        """The block that holds what comes behind `after`; None when it is gone or lacks some of `wanted`."""
        place = bisect.bisect_right(self.blocks, after, key=lambda block: block.upto)
        if place == len(self.blocks):
            return None
        block = self.blocks[place]
        return block if block.after <= after and block.covers(wanted) else None
