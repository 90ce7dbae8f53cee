"""Leaving in time: what is still queued is sent at exit, for a bounded time, whatever the server does."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Callable

from fanlight.sdk.faults import note


def at_exit(close: Callable[[], object]) -> None:
    """Call `close` when this process ends, once; a child of `multiprocessing` runs finalizers instead."""
    atexit.unregister(close)
    atexit.register(close)
    if "multiprocessing.process" in sys.modules:
        from multiprocessing import process, util

        if process.parent_process() is not None:
            util.Finalize(None, close, exitpriority=0)


class Parked:
    """Runs `closing` in a thread of its own when it is told to, and waits for at most `deadline_s`.

    The thread is started now and parked: from Python 3.12 on no thread can be started at exit. It is a
    daemon, so that a closing that hangs is left behind.
    """

    def __init__(self, closing: Callable[[], object], *, deadline_s: float) -> None:
        self._closing = closing
        self._deadline_s = deadline_s
        self._park()
        os.register_at_fork(after_in_child=self._park)

    def _park(self) -> None:
        self._go = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(self._go,), name="fanlight-exit", daemon=True)
        self._thread.start()

    def _run(self, go: threading.Event) -> None:
        go.wait()
        try:
            self._closing()
        except Exception as error:
            note("flush at exit", error)

    def begin(self) -> None:
        """Begin to close, without waiting."""
        self._go.set()

    def wait(self, seconds: float) -> bool:
        """Wait for a closing that has begun. True when it is done."""
        self._thread.join(max(seconds, 0))
        return not self._thread.is_alive()

    def close(self) -> bool:
        """Close now. True when that was done within the deadline."""
        self.begin()
        return self.wait(self._deadline_s)
