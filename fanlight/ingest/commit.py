"""Group commit: one thread that takes everything that is queued and makes it durable with one flush.

While one flush runs, whatever arrives waits and shares the next one: the busier, the larger the groups.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fanlight.errors import OverloadError
from fanlight.model.batch import Batch
from fanlight.model.signal import Signal
from fanlight.otlp.container import Container
from fanlight.otlp.framing import Body

logger = logging.getLogger("fanlight.ingest.log")

Outcome = int | Exception
"""The first sequence of an append, or why it was not taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Append:
    """One batch on its way to disk, its body compressed, and who waits for it."""

    batch: Batch
    body: Body
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[int]

    @property
    def stream(self) -> tuple[Signal, Container]:
        """What it shares a file with."""
        return self.batch.signal, self.body.container

    @property
    def count(self) -> int:
        """How many sequences it takes. A request without items is kept as well, and needs a name."""
        return max(1, self.batch.items)


class GroupCommit:
    """Calls `commit` with everything that was queued since its last call, in order of arrival.

    `tick` is called after each, and at the latest `tick_s` seconds after the last time. A subclass whose
    `start` starts no thread calls `step` instead.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Append]], Sequence[Outcome]],
        *,
        tick: Callable[[], None] = lambda: None,
        tick_s: float | None = None,
    ) -> None:
        self._commit = commit
        self._tick = tick
        self._tick_s = tick_s
        self._ready = threading.Condition()
        self._queue: list[Append] = []
        self._closing = False
        self.queued_bytes = 0
        self._thread = threading.Thread(target=self._run, name="fanlight-log", daemon=True)
        self.start()

    def start(self) -> None:
        """Begin to commit."""
        self._thread.start()

    def submit(self, append: Append) -> None:
        """Queue one append; its future is resolved in its own loop. Raises OverloadError when closed."""
        with self._ready:
            if self._closing:
                raise OverloadError("the server is stopping", hint="send it again")
            self._queue.append(append)
            self.queued_bytes += len(append.body.data)
            self._ready.notify()

    def close(self) -> None:
        """Commit what is queued, then end the thread."""
        with self._ready:
            self._closing = True
            self._ready.notify()
        self._thread.join()

    def step(self) -> bool:
        """Commit what is queued, in this thread; False when there was nothing."""
        with self._ready:
            taken, self._queue = self._queue, []
        if taken:
            self._work(taken)
        self._tick()
        return bool(taken)

    def _run(self) -> None:
        while (taken := self._take()) is not None:
            if taken:
                self._work(taken)
            self._tick()

    def _take(self) -> list[Append] | None:
        """Everything queued; nothing when `tick_s` passed first; None once closed."""
        with self._ready:
            if not self._queue and not self._closing:
                self._ready.wait(self._tick_s)
            if not self._queue and self._closing:
                return None
            taken, self._queue = self._queue, []
            return taken

    def _work(self, taken: list[Append]) -> None:
        try:
            outcomes = self._commit(taken)
        except Exception as error:  # senders wait for an answer, whatever goes wrong here
            logger.exception("a commit of %d batches failed", len(taken))
            outcomes = [OverloadError(f"the log failed: {error}")] * len(taken)
        with self._ready:
            self.queued_bytes -= sum(len(append.body.data) for append in taken)
        _answer(taken, outcomes)


def _answer(taken: Sequence[Append], outcomes: Sequence[Outcome]) -> None:
    """Wake each loop once for all of its senders."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[int], Outcome]]] = defaultdict(list)
    for append, outcome in zip(taken, outcomes, strict=True):
        by_loop[append.loop].append((append.done, outcome))
    for loop, answers in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_resolve, answers)


def _resolve(answers: Sequence[tuple[asyncio.Future[int], Outcome]]) -> None:
    for done, outcome in answers:
        if done.done():  # the sender hung up meanwhile
            continue
        if isinstance(outcome, Exception):
            done.set_exception(outcome)
        else:
            done.set_result(outcome)
