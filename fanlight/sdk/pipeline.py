"""The one thread that encodes and sends: what every queue of the SDK leads to.

It starts with the first thing to send, so that a process that only forks has none. A turn: sleep until
something comes, wait a moment for company, then send the snapshots of new spans, tokens, and whole items.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable

from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, attach, set_value

from fanlight.sdk.backlog import Backlog
from fanlight.sdk.drops import Drops
from fanlight.sdk.endpoint import Endpoint
from fanlight.sdk.faults import note
from fanlight.sdk.leaving import at_exit
from fanlight.sdk.outbox import Outbox
from fanlight.sdk.outgoing import Outgoing
from fanlight.sdk.settings import Settings
from fanlight.sdk.tags import Tags

COMPANY_S = 0.04
"""How long the first item of a turn waits for others."""

AWAY_COMPANY_S = 1.0
"""The same while the server is away: what is spooled need not be quick."""

IDLE_S = 3_600.0
TAKE_OVER_S = 0.5


class Pipeline:
    """Queue, thread and exit of one process's telemetry."""

    def __init__(self, endpoint: Endpoint, tags: Tags, settings: Settings) -> None:
        self.endpoint = endpoint
        self.drops = Drops()
        self.backlog = Backlog(settings, self.drops, self._wake)
        self._settings = settings
        self._outbox = Outbox(endpoint, settings, self.drops)
        self._outgoing = Outgoing(self.backlog, self._outbox, self.drops, tags, settings.heartbeat_s)
        self._on_fork: list[Callable[[int], None]] = []
        self._before_close: list[Callable[[], object]] = []
        self._polls: list[_Poll] = []
        self._is_child = False
        self._begin()
        os.register_at_fork(after_in_child=self._in_child)

    def _begin(self) -> None:
        # Held while there is nothing to do. An Event would lock: it must not be set in a signal handler.
        self._gate = threading.Lock()
        self._gate.acquire()
        self._starting = threading.Lock()
        self._turning = threading.Lock()
        self._thread: threading.Thread | None = None
        self._flushes: deque[threading.Event] = deque()
        self._is_closing = False
        self._closing = threading.Lock()
        self._is_closed = False

    def on_fork(self, tell: Callable[[int], None]) -> None:
        """Call `tell(birth_ns)` in every forked child."""
        self._on_fork.append(tell)

    def before_close(self, finish: Callable[[], object]) -> None:
        """Call `finish` first when the process ends; it must return in time by itself."""
        self._before_close.append(finish)

    def poll(self, ask: Callable[[], float | None]) -> None:
        """Call `ask` in the pipeline's thread; it says in how many seconds again, None = never."""
        self._polls.append(_Poll(ask))
        self._wake()

    # -- any thread of the agent

    def _wake(self) -> None:
        self.backlog.asleep = False
        if self._thread is None:
            self._start()
        self._knock()

    def _knock(self) -> None:
        try:
            self._gate.release()
        except RuntimeError:
            # Somebody else has just done it.
            return

    def _start(self) -> None:
        if self._is_closing or not self._starting.acquire(blocking=False):
            return
        try:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="fanlight", daemon=True)
                thread.start()
                self._thread = thread
                if self._is_child:
                    # Some ways of starting a child forget what the parent had registered.
                    at_exit(self.close)
        except RuntimeError:
            # The interpreter is on its way out; close and flush send in their caller's thread.
            self.backlog.asleep = False
        finally:
            self._starting.release()

    def flush(self, timeout_s: float = 10.0) -> bool:
        """Send what is queued now. True when the server has it all within the time."""
        if self._is_closing:
            return False
        self._wake()
        if self._thread is None:
            with self._turning:
                self._outgoing.turn()
            return not self._outbox.is_behind
        done = threading.Event()
        self._flushes.append(done)
        self._knock()
        return done.wait(timeout_s) and not self._outbox.is_behind

    def close(self) -> None:
        """Send or spool what is left, within about 1.5 s, and stop. Open spans are reported lost."""
        with self._closing:
            if self._is_closed:
                return
            self._is_closed = True
        for finish in self._before_close:
            finish()
        self._is_closing = True
        settings = self._settings
        deadline = time.monotonic() + (
            settings.exit_s if self._outbox.has_answered else min(settings.exit_s, settings.unanswered_exit_s)
        )
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            while thread.is_alive() and time.monotonic() < deadline:
                self._knock()
                thread.join(0.02)
            if thread.is_alive():
                self._outbox.take_over()
        self._outbox.hurry(deadline)
        self._outgoing.last_turn(max(deadline, time.monotonic()) + TAKE_OVER_S)

    # -- the pipeline's thread

    def _run(self) -> None:
        attach(set_value(_SUPPRESS_INSTRUMENTATION_KEY, True))
        while not self._is_closing:
            self._gate.acquire(timeout=self._rest_s())
            if not self._is_closing and not self._flushes:
                # Everybody else sees that the thread is awake: only flush and close knock now.
                self._gate.acquire(timeout=AWAY_COMPANY_S if self._outbox.is_away else COMPANY_S)
            if not self._is_closing:
                self._turn()

    def _turn(self) -> None:
        flushes = [self._flushes.popleft() for _ in range(len(self._flushes))]
        self.backlog.asleep = True
        try:
            with self._turning:
                self._outgoing.turn()
            for poll in self._polls:
                poll.go()
        except Exception as error:
            note("sending", error)
        for done in flushes:
            done.set()

    def _rest_s(self) -> float:
        if self._flushes or not self.backlog.asleep:
            return 0.0
        dues = [self._outgoing.rest_s(), *(poll.rest_s() for poll in self._polls)]
        return max(0.0, min(due for due in [*dues, IDLE_S] if due is not None))

    def _in_child(self) -> None:
        born_ns = time.time_ns()
        self._is_child = True
        self.backlog.empty()
        self._outbox.in_child()
        self._outgoing.in_child()
        self._polls.clear()
        self._begin()
        for tell in self._on_fork:
            tell(born_ns)


class _Poll:
    def __init__(self, ask: Callable[[], float | None]) -> None:
        self._ask = ask
        self._due: float | None = 0.0

    def rest_s(self) -> float | None:
        return None if self._due is None else self._due - time.monotonic()

    def go(self) -> None:
        if self._due is not None and self._due <= time.monotonic():
            pause_s = self._ask()
            self._due = None if pause_s is None else time.monotonic() + pause_s
