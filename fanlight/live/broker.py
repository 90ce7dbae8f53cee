"""The broker: tells the readers of a project what changed, as soon as it can be queried.

The writer calls `advance` when a generation is stored. For each project that somebody reads, the new events
are loaded once and shared by all of its readers; projects that nobody reads cost nothing. A reader that falls
behind reads from the store at its own pace, so that it neither loses anything nor holds up anyone.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol, TypeVar

from fanlight.clock import SYSTEM, Clock
from fanlight.errors import OverloadError, QuotaError, StoreError
from fanlight.live.arrivals import Arrivals
from fanlight.live.batch import Batch, Gap, split
from fanlight.live.feed import Block, Feed, Wanted
from fanlight.live.subscription import Subscription
from fanlight.model.event import KINDS, TYPES, Event
from fanlight.model.project import ProjectScope

logger = logging.getLogger("fanlight.live")

MIB = 1024 * 1024
RETRY_S = 1.0
PER_READER_S = 0.0003
"""What sending one piece to one reader costs: the more there are, the larger the pieces."""

Answer = TypeVar("Answer")
Reach = tuple[list[tuple[Event, ...]], int]
"""Events in parts, and the seq up to which they are all that there is."""

_NOTHING: frozenset[str] = frozenset()

TOO_OLD = "too_old"
AHEAD = "ahead"


class Load(Protocol):
    """`query.changes.list_changes` of a store: the first `limit` events of a range, in order of seq."""

    def __call__(
        self,
        scope: ProjectScope,
        topics: frozenset[str],
        *,
        after: int,
        upto: int,
        limit: int,
        kinds: frozenset[str] = KINDS,
        types: frozenset[str] = TYPES,
    ) -> list[Event]: ...


class Count(Protocol):
    """`query.changes.count_changes` of a store: how many events a range has."""

    def __call__(
        self, scope: ProjectScope, topics: frozenset[str], *, after: int, upto: int, types: frozenset[str]
    ) -> int: ...


class Oldest(Protocol):
    """`query.changes.oldest_seq` of a store: the first seq received at or after `since_ns`."""

    def __call__(self, scope: ProjectScope, since_ns: int) -> int: ...


class Broker:
    """Fans out what the writer announces. `advance` may be called from any thread, the rest from the loop's.

    `watermark` is the seq up to which everything is stored when the server starts: what lies before the
    oldest generation that still waits in the log. `horizon` is the highest seq that an earlier process may
    have announced (the store's last); a reader who names one beyond it gets a gap.

    `max_events` and `max_bytes` bound what is kept in memory for each watched project. The events of one
    load are at most `chunk`, those of one batch at most `batch_events` and `batch_bytes`. `most_of` says how
    many readers a project may have; 0 is as many as there may be at all.
    """

    def __init__(
        self,
        load: Load,
        oldest: Oldest,
        *,
        count: Count,
        watermark: int,
        horizon: int = 0,
        window_s: float = 900,
        max_readers: int = 2_000,
        most_of: Callable[[str], float] = lambda _: 0,
        interval_s: float = 0.05,
        max_events: int = 4_096,
        max_bytes: int = 8 * MIB,
        chunk: int = 2_000,
        batch_events: int = 500,
        batch_bytes: int = MIB // 2,
        clock: Clock = SYSTEM,
    ) -> None:
        self._load = load
        self._oldest = oldest
        self._count = count
        self._watermark = watermark
        self._horizon = max(horizon, watermark)
        self._window_ns = int(window_s * 1e9)
        self._max_readers = max_readers
        self._most_of = most_of
        self._refused: Counter[str] = Counter()
        self._interval_s = interval_s
        self._max_events, self._max_bytes = max_events, max_bytes
        self._chunk = chunk
        self._split = partial(split, max_events=batch_events, max_bytes=batch_bytes)
        self._clock = clock
        self._workers = ThreadPoolExecutor(2, thread_name_prefix="fanlight-live")
        # Readers that are behind wait for each other, never those that keep up for them.
        self._catching_up = ThreadPoolExecutor(1, thread_name_prefix="fanlight-catch-up")
        self._arrivals = Arrivals(clock.now_ns(), watermark)
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._feeds: dict[str, Feed] = {}
        self._changed: dict[str, frozenset[str]] = {}
        self._is_planned = False
        self._is_closed = False
        self._subscriptions: set[Subscription] = set()

    @property
    def watermark(self) -> int:
        """Everything up to this seq is stored and announced."""
        return self._watermark

    @property
    def readers(self) -> int:
        """How many subscriptions are open."""
        return len(self._subscriptions)

    def readers_of(self, project: str) -> tuple[int, int]:
        """How many subscriptions of a project are open, and how many were one too many."""
        feed = self._feeds.get(project)
        return feed.readers.total() if feed else 0, self._refused[project]

    def advance(self, watermark: int, projects: frozenset[str], kinds: frozenset[str] = KINDS) -> None:
        """Everything up to `watermark` can be queried; `projects` are those that got something new.

        What is new is of `kinds`; only that is loaded.

        Never waits for a reader.
        """
        with self._lock:
            self._watermark = max(self._watermark, watermark)
            self._arrivals.note(self._clock.now_ns(), self._watermark, self._window_ns)
            if not self._feeds or self._loop is None:
                return
            for name in projects:
                self._changed[name] = self._changed.get(name, _NOTHING) | kinds
            if self._is_planned:
                return
            self._is_planned = True
            self._loop.call_soon_threadsafe(self._notify)

    def _notify(self) -> None:
        with self._lock:
            watermark, changed = self._watermark, self._changed
            self._changed, self._is_planned = {}, False
        for name, feed in self._feeds.items():
            feed.notify(watermark, changed.get(name, _NOTHING))

    def subscribe(
        self,
        scope: ProjectScope,
        topics: frozenset[str],
        after: int | None = None,
        *,
        types: frozenset[str] = TYPES,
    ) -> Subscription:
        """Read items of `types` of `topics` of a project: what comes behind seq `after`, or from now on.

        Raises:
            OverloadError: too many readers are there already, or the server stops.
            QuotaError: the project has too many.
        """
        if self._is_closed:
            raise OverloadError("the server stops", hint="resume at the next one")
        if len(self._subscriptions) >= self._max_readers:
            raise OverloadError(
                f"{self._max_readers} streams are open already",
                retry_after_s=5,
                hint="close some, or raise FANLIGHT_STREAM_READERS",
            )
        self._check_quota(scope.project_id)
        feed = self._feed(scope)
        wanted = Wanted(topics, types)
        feed.readers[wanted] += 1
        found = Subscription(self, feed, wanted, feed.loaded if after is None else after)
        if after is not None and after > max(self._horizon, self._watermark):
            found.cursor = feed.loaded
            found.gap = Gap(reason=AHEAD, after=after, upto=feed.loaded)
        self._subscriptions.add(found)
        return found

    def _check_quota(self, project: str) -> None:
        most = int(self._most_of(project))
        if most and self.readers_of(project)[0] >= most:
            self._refused[project] += 1
            raise QuotaError(
                f"{most} streams of project {project} are open already",
                limit="max_streams",
                retry_after_s=5,
                hint="close some, or raise the project's limit max_streams",
            )

    def _feed(self, scope: ProjectScope) -> Feed:
        name = scope.project_id
        with self._lock:
            if name not in self._feeds:
                self._loop = asyncio.get_running_loop()
                feed = Feed(scope, self._watermark, max_events=self._max_events, max_bytes=self._max_bytes)
                feed.task = self._loop.create_task(self._follow(feed), name=f"feed {name}")
                self._feeds[name] = feed
            return self._feeds[name]

    def leave(self, subscription: Subscription) -> None:
        """Forget a reader; called by its `close`."""
        self._subscriptions.discard(subscription)
        feed = subscription.feed
        feed.readers[subscription.wanted] -= 1
        if not feed.readers[subscription.wanted]:
            del feed.readers[subscription.wanted]
        feed.stir()
        if not feed.readers and self._feeds.get(feed.scope.project_id) is feed:
            with self._lock:
                del self._feeds[feed.scope.project_id]
            if feed.task is not None:
                feed.task.cancel()

    async def close(self) -> None:
        """End all subscriptions: their iterations end, and whoever reads resumes at the next server."""
        self._is_closed = True
        for subscription in list(self._subscriptions):
            subscription.close()
        await asyncio.to_thread(self._workers.shutdown)
        await asyncio.to_thread(self._catching_up.shutdown, cancel_futures=True)

    async def _follow(self, feed: Feed) -> None:
        """Keep one project's feed as far as the store is."""
        try:
            while True:
                await feed.wake.wait()
                feed.wake.clear()
                if not await self._fill(feed):
                    await asyncio.sleep(RETRY_S)
                    feed.wake.set()
                await asyncio.sleep(max(self._interval_s, PER_READER_S * feed.readers.total()))
        except Exception:
            logger.exception("the live feed of project %s ended", feed.scope.project_id)
            raise
        finally:
            # Without its feed a reader would wait for ever: it is cut off and resumes where it was.
            for subscription in [each for each in self._subscriptions if each.feed is feed]:
                subscription.close()

    async def _fill(self, feed: Feed) -> bool:
        """Load what is new; False when the store failed and it has to be tried again."""
        target, kinds, feed.dirty = feed.target, feed.dirty, _NOTHING
        while feed.loaded < target:
            wanted = feed.wanted
            if not kinds:
                feed.append(Block(after=feed.loaded, upto=target, wanted=None))
                continue
            load = partial(self._read, feed.scope, wanted, after=feed.loaded, upto=target, kinds=kinds)
            try:
                parts, upto = await asyncio.get_running_loop().run_in_executor(self._workers, load)
            except StoreError as error:
                logger.warning("live events of project %s: %s", feed.scope.project_id, error)
                feed.dirty |= kinds
                return False
            for part in parts[:-1]:
                feed.append(Block(after=feed.loaded, upto=part[-1].seq, wanted=wanted, events=part))
            rest = parts[-1] if parts else ()
            feed.append(Block(after=feed.loaded, upto=upto, wanted=wanted, events=rest))
        return True

    async def read(self, feed: Feed, wanted: Wanted, after: int) -> tuple[list[Batch], int]:
        """What comes behind `after` from the store, and how far that reaches: to the feed at most."""
        upto = feed.loaded
        parts, reached = await self._persist(lambda: self._read(feed.scope, wanted, after=after, upto=upto))
        return [Batch(part) for part in parts], reached

    async def find_gap(self, feed: Feed, wanted: Wanted, after: int) -> Gap | None:
        """The gap of a reader whose next event is older than the window; None when nothing is missed."""
        upto = feed.loaded
        missed = await self._persist(lambda: self._missed(feed.scope, wanted, after=after, upto=upto))
        return Gap(reason=TOO_OLD, after=after, upto=upto, missed=missed) if missed else None

    def _missed(self, scope: ProjectScope, wanted: Wanted, *, after: int, upto: int) -> int:
        """How many events up to `upto` a reader misses, because the first is too old; 0 when it is not."""
        since_ns = self._clock.now_ns() - self._window_ns
        with self._lock:
            if self._arrivals.came_since(since_ns, after):
                return 0
        oldest = self._oldest(scope, since_ns)
        count = partial(self._count, scope, wanted.topics, after=after, types=wanted.types)
        # Sequences are shared by all projects, so a hole in the numbers alone means nothing.
        return count(upto=upto) if after + 1 < oldest and count(upto=oldest - 1) else 0

    def _read(
        self, scope: ProjectScope, wanted: Wanted, *, after: int, upto: int, kinds: frozenset[str] = KINDS
    ) -> Reach:
        events = self._load(
            scope, wanted.topics, after=after, upto=upto, limit=self._chunk, kinds=kinds, types=wanted.types
        )
        return self._split(events), events[-1].seq if len(events) >= self._chunk else upto

    async def _persist(self, ask: Callable[[], Answer]) -> Answer:
        """Ask the store for a reader that is behind, again and again while it fails."""
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._catching_up, ask)
            except StoreError as error:
                logger.warning("resumed events: %s", error)
                await asyncio.sleep(RETRY_S)
