"""Fair between projects: who is worked for next, and how much of what is shared one of them may hold.

A request is decoded in its turn. Turns go to the project that had least of late (start-time fair queueing):
a quiet project waits for one request of a noisy one and not for all of them. What is bounded, bytes in memory
and bytes that wait for the store, is shared by what is left of it (dynamic thresholds): a project may hold so
many times what is free, and there is always something free for the next.
"""

from __future__ import annotations

import asyncio
import heapq
import threading
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

SLOTS = 3
"""Requests that are decoded at once: one in the loop, the others in threads."""

SHARE = 7
"""So many times what is free may be held: one project alone gets seven eighths of everything, two that want
all of it seven fifteenths each."""

MOST_REMEMBERED = 10_000

_Waiting = tuple[float, int, str, asyncio.Future[None]]


def may_hold(held: int, size: int, *, used: int, most: int) -> bool:
    """Whether a project that holds `held` bytes of a pool may hold `size` more, where `used` are held by all.

    Example:
        >>> may_hold(80, 5, used=80, most=100), may_hold(87, 5, used=87, most=100)
        (True, False)
        >>> may_hold(0, 5, used=87, most=100)
        True
    """
    free = most - used
    return size <= free and held + size <= SHARE * (free - size)


class Shares:
    """How much of a pool of `most` bytes each project holds. For any thread.

    Example:
        >>> shares = Shares(100)
        >>> shares.add("noisy", 80)
        >>> shares.has_room("noisy", 10, used=80), shares.has_room("quiet", 10, used=80)
        (False, True)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: Counter[str] = Counter()
        self._lock = threading.Lock()

    def has_room(self, project: str, size: int, *, used: int) -> bool:
        """Whether `project` may hold `size` more; whoever names none may hold everything."""
        return not project or may_hold(self._held[project], size, used=used, most=self._most)

    def add(self, project: str, size: int) -> None:
        """So much more is held; a negative number gives it back."""
        with self._lock:
            self._held[project] += size
            if not self._held[project]:
                del self._held[project]


class Turns:
    """Gives requests their turn. In the event loop's thread only.

    A project never has all the slots: whoever comes next always finds one that no long work of others holds.
    """

    def __init__(self, slots: int = SLOTS) -> None:
        self._slots = slots
        self._busy: Counter[str] = Counter()
        self._waiting: list[_Waiting] = []
        self._served: dict[str, float] = {}
        self._now = 0.0
        self._count = 0

    @asynccontextmanager
    async def turn(self, project: str, size: int) -> AsyncIterator[None]:
        """Wait for the turn of a request of `size` bytes; the turn is over when the block ends."""
        if len(self._served) >= MOST_REMEMBERED:
            self._forget()
        start = max(self._served.get(project, 0.0), self._now)
        self._served[project] = start + size
        if self._waiting or not self._has_slot(project):
            await self._wait(start, project)
        else:
            self._begin(start, project)
        try:
            yield
        finally:
            self._end(project)

    def _forget(self) -> None:
        """Those who owe nothing; when too many owe something, the half that owes less."""
        owing = sorted((at, name) for name, at in self._served.items() if at > self._now)
        if len(owing) > MOST_REMEMBERED:
            del owing[: -(MOST_REMEMBERED // 2)]
        self._served = {name: at for at, name in owing}

    async def _wait(self, start: float, project: str) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._waiting, (start, self._count, project, done))
        self._next()
        try:
            await done
        except asyncio.CancelledError:
            if done.done() and not done.cancelled():  # it had its turn, and leaves
                self._end(project)
            raise

    def _has_slot(self, project: str) -> bool:
        return self._busy.total() < self._slots and self._busy[project] < max(self._slots - 1, 1)

    def _begin(self, start: float, project: str) -> None:
        self._busy[project] += 1
        self._now = max(self._now, start)

    def _end(self, project: str) -> None:
        self._busy[project] -= 1
        if not self._busy[project]:
            del self._busy[project]
        self._next()
        if not self._busy and not self._waiting:
            self._served.clear()  # nobody is ahead of anybody any more
            self._now = 0.0

    def _next(self) -> None:
        passed: list[_Waiting] = []
        while self._waiting and self._busy.total() < self._slots:
            first = heapq.heappop(self._waiting)
            start, _, project, done = first
            if done.done():  # its sender hung up
                continue
            if not self._has_slot(project):
                passed.append(first)
                continue
            self._begin(start, project)
            done.set_result(None)
        for each in passed:
            heapq.heappush(self._waiting, each)
