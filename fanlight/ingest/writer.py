"""The writer: takes one generation of the log after the other to the store, and tells of it.

    seal -> insert -> announce the items -> summarise -> announce the summaries -> release

One thread, no fixed wait: the next generation is whatever was committed while the last one was stored.
Items are told of before their runs are summed up: whoever watches an agent sees its steps at once.
Whatever happens, a generation is released only once its items are stored or parked and the summaries of
their runs are rebuilt; until then a crash finds it in the log again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from fanlight.clock import SYSTEM, Clock
from fanlight.config import Config
from fanlight.errors import StoreError
from fanlight.ingest import crash
from fanlight.ingest.generation import Generation
from fanlight.ingest.log import Log
from fanlight.ingest.poison import insert_around_poison
from fanlight.ingest.sequence import BLOCK
from fanlight.ingest.summaries import MOST_RUNS, Summaries
from fanlight.ingest.watching import Watcher
from fanlight.model.signal import Signal
from fanlight.otlp.framing import Record
from fanlight.store.contract import Inserted, RunKey, Segment, Store

logger = logging.getLogger("fanlight.ingest.writer")

IDLE_S = 0.05
"""How long the writer sleeps at most when nothing was committed."""

LOSE_RUNS_EVERY_S = 5.0
LOSE_RUNS_PARTS = 4
"""Runs without a sign of life are looked for several times within the silence that makes them lost."""

FIRST_RETRY_S, LAST_RETRY_S = 0.05, 5.0
DRAIN_S = 8.0
PARKED_REASON = "refused by the store"
LEAVE_S = 2.0

RUNS = "runs"
"""What is announced when it is no signal: summaries and findings of runs."""

Announce = Callable[[int, frozenset[str], frozenset[str]], None]
_A = TypeVar("_A")
_T = TypeVar("_T")


class Counts(Protocol):
    """The part of the ledger that the writer keeps."""

    def stored(self, signal: Signal, inserted: Inserted) -> None: ...

    def parked(self, signal: Signal, items: int, reason: str) -> None: ...


class _ExpiredError(Exception):
    """The time to drain is over; what is left stays in the log."""


class Writer:
    """Moves generations from `log` to `store`.

    `announce(watermark, projects, kinds)` is called in the writer's thread: every item and summary up to
    `watermark` can be read now; `projects` got some, of `kinds`. Watermarks never fall. The first call
    without projects comes once everything that an earlier process left is stored. A stream must not begin
    at the store's own highest sequence before that: older items may still be on their way.

    `upkeep` does a step of what can wait, between two generations; the runs whose summaries it made untrue.
    `between` is called between any two generations, however much there is to do; it raises nothing.
    `pause` waits so many seconds before another try, and says whether the writer has to end instead.
    """

    def __init__(
        self,
        log: Log,
        store: Store,
        *,
        announce: Announce,
        ledger: Counts,
        config: Config,
        clock: Clock = SYSTEM,
        watcher: Watcher | None = None,
        upkeep: Callable[[], frozenset[RunKey]] = frozenset,
        between: Callable[[], None] = lambda: None,
        pause: Callable[[float], bool] | None = None,
    ) -> None:
        self._upkeep = upkeep
        self._between = between
        self._watcher = watcher
        self._log = log
        self._store = store
        self._announce = announce
        self._ledger = ledger
        self._clock = clock
        self._lost_after_ns = int(config.run_lost_after_s * 1e9)
        self._open_lost_after_ns = int(config.span_lost_after_s * 1e9)
        self._lose_every_s = min(LOSE_RUNS_EVERY_S, config.span_lost_after_s / LOSE_RUNS_PARTS)
        self._summaries = Summaries(clock)
        self._held: list[Generation] = []
        self._watermark = 0
        self._kinds: set[str] = set()
        self._lose_at = clock.monotonic()
        self._waiting = 0
        self._opened_at_seq = 0
        self._next_summary_seq = 0
        self._summed_up: frozenset[str] = frozenset()
        self._stopping = threading.Event()
        self._expired = threading.Event()
        self._pause = pause or self._expired.wait
        self._thread = threading.Thread(target=self._run, name="fanlight-writer", daemon=True)

    def start(self) -> None:
        """Open the log and begin. Raises OSError when the log's directory cannot be used."""
        self.open()
        self._thread.start()

    def stop(self, drain: bool, *, deadline_s: float = DRAIN_S) -> bool:
        """End the thread; whether it did end.

        With `drain` everything in the log is stored first, for at most `deadline_s` seconds. What is left
        stays in the log for the next start; a store that hangs inside a call is left alone with it.
        """
        self._stopping.set()
        if drain:
            self._thread.join(deadline_s)
        self._expired.set()
        self._thread.join(LEAVE_S)
        return not self._thread.is_alive()

    def open(self) -> None:
        """The part of `start` before the thread; for driving `turn` by hand."""
        self._opened_at_seq = self._store.last_seq()
        self._waiting = len(self._log.open(above_seq=self._opened_at_seq))
        self._lose_at = self._clock.monotonic() + self._lose_every_s
        if not self._waiting:
            self._tell_of_start()

    def turn(self) -> bool:
        """Store the next generation, or rebuild what is due; False when there was nothing to do."""
        ending = self._stopping.is_set()
        if not ending:
            self._between()
        if not self._summaries and not ending:
            self._summaries.add(self._persist(self._upkeep))
        replaying = self._waiting > 1
        lose = not ending and not replaying and self._clock.monotonic() >= self._lose_at
        # Silence is read from summaries: those of runs that were heard of are rebuilt before.
        at_once = (ending or lose) and bool(self._summaries)
        rebuild = at_once or self._summaries.due(idle=not self._log.wait(0))
        # Whoever was heard of before now is stored with this generation, however long that takes.
        heard_until_ns = self._clock.now_ns()
        generation = self._persist(lambda: self._log.seal(empty=rebuild or lose))
        if generation is None:
            return False
        if projects := self._insert(generation):
            self._kinds.update(segment.signal.value for segment in generation.segments)
            self._tell(generation.last_seq, projects)
        upto, changed = self._sum_up(
            generation, rebuild=rebuild, lose_until_ns=heard_until_ns if lose else None
        )
        self._summed_up |= changed
        # While others wait, summaries lie behind their items, and are told of with the last of those.
        if self._summed_up and not replaying:
            self._kinds.add(RUNS)
            self._tell(upto, self._summed_up)
            self._summed_up = frozenset()
        self._held.append(generation)
        if not self._summaries:
            self._release()
        if self._waiting:
            self._waiting -= 1
            if not self._waiting:
                self._tell_of_start()
        return True

    def _run(self) -> None:
        try:
            while self.turn() or not self._stopping.is_set():
                self._log.wait(IDLE_S)
        except _ExpiredError:
            logger.warning("%d bytes stay in the log for the next start", self._log.backlog_bytes)
        except Exception:
            logger.exception("the writer ended; everything acknowledged stays in the log")

    def _insert(self, generation: Generation) -> frozenset[str]:
        """Store the segments, mark their runs dirty; the projects that got rows."""
        projects: set[str] = set()
        for segment in generation.segments:
            try:
                stored = [self._insert_segment(segment)]
            except StoreError as refusal:
                stored = self._insert_around_poison(segment, refusal)
            for inserted in stored:
                self._ledger.stored(segment.signal, inserted)
                self._summaries.add(inserted.runs)
                projects |= inserted.projects
            crash.reach("after_insert")
        return frozenset(projects)

    def _insert_segment(self, segment: Segment) -> Inserted:
        """Raises StoreError only for what the store will never take."""
        return self._persist(partial(_ask, self._store.insert, segment))

    def _insert_around_poison(self, segment: Segment, refusal: StoreError) -> list[Inserted]:
        parked: dict[int, int] = {}

        def park(segment: Segment, content: bytes, record: Record, reason: str) -> None:
            self._persist(partial(self._log.parked.park, segment.signal, content, reason))
            # An earlier life may have parked it: it was received by this one as well, and does not wait.
            parked[record.seq] = record.items

        stored = self._persist(partial(insert_around_poison, segment, self._insert_segment, park, refusal))
        for items in parked.values():
            # The engine's own words are in the entry; a count needs a reason out of a small set.
            self._ledger.parked(segment.signal, items, PARKED_REASON)
        return stored

    def _sum_up(
        self, generation: Generation, *, rebuild: bool, lose_until_ns: int | None
    ) -> tuple[int, frozenset[str]]:
        """Summaries into the generation's block; the last sequence used, and the projects they are for."""
        next_seq = max(generation.summary_seq, self._next_summary_seq)
        projects: frozenset[str] = frozenset()
        # Half of a block that is shared is kept for the last generation of those that share it.
        has_room = self._waiting <= 1 or next_seq + MOST_RUNS <= generation.summary_seq + BLOCK // 2
        rebuild = rebuild or (lose_until_ns is not None and bool(self._summaries))
        if has_room and (rebuild or self._summaries.due(idle=not self._log.wait(0))):
            written, projects = self._persist(partial(self._summaries.rebuild, self._summarise, next_seq))
            next_seq += written
            crash.reach("after_summarise")
        if lose_until_ns is not None:
            lost = self._lose_runs(next_seq, lose_until_ns)
            next_seq += len(lost)
            projects |= {run.project_id for run in lost}
            self._watched(lost, next_seq - len(lost))
        if self._watcher is not None and self._waiting <= 1:
            found = self._watcher.look(next_seq)
            next_seq += len(found)
            projects |= {finding.project_id for finding in found}
        self._next_summary_seq = next_seq
        return max(generation.last_seq, next_seq - 1), projects

    def _summarise(self, runs: Sequence[RunKey], first_seq: int) -> int:
        written = _ask(partial(self._store.summarise, first_seq=first_seq), runs)
        self._watched(runs, first_seq)
        return written

    def _watched(self, runs: Sequence[RunKey], first_seq: int) -> None:
        if self._watcher is not None:
            self._watcher.changed(runs, first_seq)

    def _lose_runs(self, first_seq: int, now_ns: int) -> Sequence[RunKey]:
        self._lose_at = self._clock.monotonic() + self._lose_every_s
        lose = partial(
            self._store.lose_runs,
            first_seq=first_seq,
            open_silent_since_ns=now_ns - self._open_lost_after_ns,
        )
        try:
            return self._persist(
                lambda: _ask(lambda at: lose(silent_since_ns=at), now_ns - self._lost_after_ns)
            )
        except StoreError as error:
            logger.error("runs without their end were not looked for: %s", error)  # noqa: TRY400
            return ()

    def _tell(self, upto: int, projects: frozenset[str]) -> None:
        self._watermark = max(self._watermark, upto)
        try:
            self._announce(self._watermark, projects, frozenset(self._kinds))
            self._kinds.clear()
        except Exception:
            # Watching must not stop storing; the next announcement covers this one.
            logger.exception("announcing up to %d failed", self._watermark)
        crash.reach("after_announce")

    def _tell_of_start(self) -> None:
        self._tell(self._opened_at_seq, frozenset())

    def _release(self) -> None:
        crash.reach("before_release")
        while self._held:
            generation = self._held[0]
            self._persist(partial(self._log.release, generation))
            self._held.pop(0)
        crash.reach("after_release")

    def _persist(self, step: Callable[[], _T]) -> _T:
        """Repeat `step` until it goes through; meanwhile the log grows up to its cap and then says 503.

        Raises StoreError when repeating cannot help, _ExpiredError when the writer has to end.
        """
        delay_s = FIRST_RETRY_S
        while True:
            try:
                return step()
            except StoreError as error:
                if not error.retryable:
                    raise
                reason: Exception = error
            except OSError as error:
                reason = error
            logger.warning("the writer tries again in %.2f s: %s", delay_s, reason)
            if self._pause(delay_s):
                raise _ExpiredError
            delay_s = min(2 * delay_s, LAST_RETRY_S)


def _ask(call: Callable[[_A], _T], argument: _A) -> _T:
    """Call the store. A surprise becomes a refusal: what caused it is found and named, the rest goes on."""
    try:
        return call(argument)
    except (StoreError, OSError):
        raise
    except MemoryError as error:
        raise StoreError("not enough memory", retryable=True) from error
    except Exception as error:
        logger.exception("the store failed in a way of its own")
        raise StoreError(f"{type(error).__name__}: {error}") from error
