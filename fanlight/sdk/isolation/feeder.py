"""The one thread in the agent that empties the ring, into the host's pipe and to exporters in threads."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from fanlight.sdk.isolation.frames import CLOSE, Frame, frame, frames_of
from fanlight.sdk.isolation.launch import CannotStart, Line, set_up, start_host, write_all
from fanlight.sdk.isolation.limits import Limits
from fanlight.sdk.isolation.report import ExporterReport, Target
from fanlight.sdk.isolation.ring import Event, Ring, Token
from fanlight.sdk.isolation.threads import Threaded

EVERY_S = 0.01
IDLE_AFTER_S, IDLE_S = 0.5, 1.0
_MOST_HOSTS = 3


class Feeder:
    """Started at the first event. It blocks every signal: all are the main thread's."""

    def __init__(
        self, ring: Ring, targets: Sequence[Target], limits: Limits, changed: Callable[[], None]
    ) -> None:
        self.line: Line | None = None
        self.error: str | None = None
        self.lost = 0
        self.threaded = [Threaded(target, limits) for target in targets if target.place == "thread"]
        self.idle = False
        self._targets = [target for target in targets if target.place == "process"]
        self._ring = ring
        self._limits = limits
        self._changed = changed
        self._hosts = 0
        self._sent = 0
        self._wake = threading.Lock()
        self._wake.acquire()
        self._deadline: float | None = None
        self._thread = threading.Thread(target=self._run, name="fanlight-feeder", daemon=True)

    def start(self) -> None:
        """Begin; once."""
        self._thread.start()

    def wake(self) -> None:
        """Have it look now. Never waits."""
        with contextlib.suppress(RuntimeError):
            self._wake.release()

    def close(self, deadline: float) -> None:
        """Send what is there, end the host and the threads, and wait for that until `deadline`."""
        if self._deadline is None:
            self._deadline = deadline
        self.wake()
        self._thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            for threaded in self.threaded:
                threaded.start()
            self._loop()
            self._end()
        except Exception as error:  # nothing of this may end in the agent's stderr
            self.error = f"{type(error).__name__}: {error}"
        self._changed()

    def _loop(self) -> None:
        busy_until = time.monotonic() + IDLE_AFTER_S
        while self._deadline is None:
            entries = self._ring.take()
            if entries:
                self._send(entries)
                busy_until = time.monotonic() + IDLE_AFTER_S
            self._changed()
            if time.monotonic() < busy_until:
                self._wake.acquire(timeout=EVERY_S)
                continue
            self.idle = True
            # An event that came between the look and the flag would wait for its second otherwise.
            if not self._ring.tokens and not self._ring.events:
                self._wake.acquire(timeout=IDLE_S)
            self.idle = False

    def _send(self, entries: Sequence[Token | Event]) -> None:
        for threaded in self.threaded:
            threaded.put(entries)
        if self._targets:
            for made in frames_of(entries, self._sent + 1):
                self._sent += made.events
                self._write(made)

    def _write(self, made: Frame) -> None:
        while self.error is None:
            try:
                if self.line is None:
                    self._hosts += 1
                    self.line = start_host()
                    write_all(self.line, set_up(self._targets, self._limits).data, self._deadline)
                write_all(self.line, made.data, self._deadline)
            except CannotStart as error:
                self.error = str(error)
            except BrokenPipeError:
                self._lose_host()
            else:
                return
        self.lost += made.events

    def _lose_host(self) -> None:
        # Reports of the old host stay until a new one writes its own.
        if self._hosts >= _MOST_HOSTS or self._deadline is not None:
            self.error = "the exporters' host process has ended"
        elif self.line is not None:
            self.line.hang_up()
            self.line = None

    def _end(self) -> None:
        deadline = self._deadline or 0.0
        self._send(self._ring.take())
        for threaded in self.threaded:
            threaded.close()
        if self.line is not None:
            with contextlib.suppress(BrokenPipeError):
                write_all(self.line, frame(CLOSE, 0, 0, None).data, deadline)
            self.line.hang_up()
            self.line.wait(deadline - time.monotonic())
        for threaded in self.threaded:
            threaded.wait(deadline)

    def reports(self) -> list[ExporterReport]:
        """Of the host and of the threads."""
        known: dict[str, Any] = (
            {report.name: report for report in self.line.board.read()} if self.line else {}
        )
        found = [known.get(target.name) or ExporterReport(name=target.name) for target in self._targets]
        return [*found, *(threaded.report() for threaded in self.threaded)]
