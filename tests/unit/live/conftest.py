"""A store of events in memory, and what a reader of it is told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from fanlight.clock import ManualClock
from fanlight.live.batch import Gap
from fanlight.live.broker import Broker
from fanlight.live.feed import Wanted
from fanlight.live.subscription import Subscription
from fanlight.model.event import KINDS, TYPES, Event
from fanlight.model.project import ProjectScope

HOME = ProjectScope("home")
LOGS = frozenset({"logs"})
PROJECTS = frozenset({"home"})


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 30))


def event(seq: int, *topics: str, type_: str = "log") -> Event:
    return Event(seq=seq, topics=frozenset(topics or {"logs"}), payload=b'{"seq":"%d"}' % seq, type=type_)


@dataclass
class Memory:
    """Events by project, in order of seq; `loads` tells which questions were asked."""

    events: dict[str, list[Event]] = field(default_factory=dict)
    window_from: int = 0
    loads: list[tuple[str, frozenset[str], int, int]] = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.kinds: list[frozenset[str]] = []
        self.open.set()

    def add(self, seqs: Iterable[int], *topics: str, project: str = "home", type_: str = "log") -> None:
        self.events.setdefault(project, []).extend(event(seq, *topics, type_=type_) for seq in seqs)

    def load(
        self,
        scope: ProjectScope,
        topics: frozenset[str],
        *,
        after: int,
        upto: int,
        limit: int,
        kinds: frozenset[str] = KINDS,
        types: frozenset[str] = TYPES,
    ) -> list[Event]:
        assert self.open.wait(10)
        self.loads.append((scope.project_id, topics, after, upto))
        self.kinds.append(kinds)
        return self._between(scope, Wanted(topics, types), after, upto)[:limit]

    def count(
        self, scope: ProjectScope, topics: frozenset[str], *, after: int, upto: int, types: frozenset[str]
    ) -> int:
        return len(self._between(scope, Wanted(topics, types), after, upto))

    def _between(self, scope: ProjectScope, wanted: Wanted, after: int, upto: int) -> list[Event]:
        found = [
            e for e in self.events.get(scope.project_id, []) if after < e.seq <= upto and wanted.takes(e)
        ]
        return sorted(found, key=lambda e: e.seq)

    def oldest(self, scope: ProjectScope, since_ns: int) -> int:
        return self.window_from

    def broker(self, watermark: int = 0, **options: object) -> Broker:
        defaults: dict[str, object] = {"interval_s": 0.0, "clock": ManualClock(), "count": self.count}
        return Broker(self.load, self.oldest, watermark=watermark, **{**defaults, **options})  # type: ignore[arg-type]


@pytest.fixture
def memory() -> Memory:
    return Memory()


async def read(subscription: Subscription, upto: int) -> list[int | Gap]:
    """The seqs and gaps that a reader is given, until it has `upto`."""
    told: list[int | Gap] = []
    async with asyncio.timeout(10):
        async for item in subscription:
            told += [item] if isinstance(item, Gap) else [each.seq for each in item.events]
            if told and told[-1] == upto:
                break
    return told
