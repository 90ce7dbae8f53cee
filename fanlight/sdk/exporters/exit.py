"""What an exporter still has leaves by a thread: nobody waits for a receiver longer than a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from fanlight.sdk.faults import note
from fanlight.sdk.leaving import Parked, at_exit

EXIT_S = 1.0

_parked: list[Parked] = []


class Outlet:
    """Flushes a sender now and then, and closes it when the process ends.

    A receiver that has used up its second gets no other: flush, shutdown and exit follow each other.
    """

    def __init__(self, flush: Callable[[], object], close: Callable[[], object]) -> None:
        self._flush = flush
        self._close = close
        self._flushing: threading.Thread | None = None
        _parked.append(Parked(self._leave, deadline_s=EXIT_S))
        at_exit(_close_all)

    @property
    def is_stuck(self) -> bool:
        """Whether a flush has yet to come back."""
        return self._flushing is not None and self._flushing.is_alive()

    def flush(self) -> None:
        """Send what waits, for EXIT_S at most."""
        if self.is_stuck:
            return
        self._flushing = threading.Thread(target=self._run, name="fanlight-flush", daemon=True)
        self._flushing.start()
        self._flushing.join(EXIT_S)

    def _run(self) -> None:
        try:
            self._flush()
        except Exception as error:
            note("flush of an exporter", error)

    def _leave(self) -> None:
        if not self.is_stuck:
            self._close()


def _close_all() -> None:
    # All at the same time: however many hang, the end takes EXIT_S longer.
    for each in _parked:
        each.begin()
    until = time.monotonic() + EXIT_S
    for each in _parked:
        each.wait(until - time.monotonic())
