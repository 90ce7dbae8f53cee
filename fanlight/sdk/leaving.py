"""Leaving in time: what is still queued is sent at exit, for a bounded time, whatever the server does."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable, Sequence

from fanlight.sdk.faults import note

DEADLINE_S = 1.5


class Closer:
    """Runs each of `closings` once, all at the same time, when it is told to or when the process ends.

    Its threads are started now and parked: from Python 3.12 on no thread can be started at exit. They are
    daemons, so one that hangs is left behind.
    """

    def __init__(self, closings: Sequence[Callable[[], object]], *, deadline_s: float = DEADLINE_S) -> None:
        self._closings = tuple(closings)
        self._deadline_s = deadline_s
        self._park()
        os.register_at_fork(after_in_child=self._park)
        atexit.register(self.close)

    def _park(self) -> None:
        self._go = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(closing, self._go), name="fanlight-exit", daemon=True)
            for closing in self._closings
        ]
        for thread in self._threads:
            thread.start()

    @staticmethod
    def _run(closing: Callable[[], object], go: threading.Event) -> None:
        go.wait()
        try:
            closing()
        except Exception as error:
            note("flush at exit", error)

    def close(self) -> bool:
        """Close now. True when everything was closed within the deadline."""
        self._go.set()
        deadline = time.monotonic() + self._deadline_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)
