"""Runs whose summary is out of date, and when to rebuild them.

The first change is summed up at once. After that about one second in ten goes into rebuilding: under load
the next one waits for a second or ten times what the last one took, and with nothing else to do for the
latter alone. It never waits long: what one took may have been a stall of the machine, and a new run is not
seen before its summary.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence

from fanlight.clock import Clock
from fanlight.errors import StoreError
from fanlight.ingest.sequence import BLOCK
from fanlight.store.connection import MEMORY_SHORT
from fanlight.store.contract import RunKey

logger = logging.getLogger("fanlight.ingest.writer")

PAUSE_S = 1.0
PAUSE_FACTOR = 10
LONGEST_PAUSE_S = 3.0
MOST_RUNS = BLOCK // 4
"""Most runs at a time: their sequences must fit into the block behind one generation."""

Summarise = Callable[[Sequence[RunKey], int], int]
"""`Store.summarise`: rebuilds runs' summaries with sequences from a first one on; how many it wrote."""


class Summaries:
    """The dirty runs of one writer.

    Example:
        >>> from fanlight.clock import ManualClock
        >>> summaries = Summaries(ManualClock())
        >>> summaries.due(idle=True), summaries.add([RunKey("p", "1")]), summaries.due(idle=False)
        (False, None, True)
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._dirty: set[RunKey] = set()
        self._ended_at: float | None = None
        self._cost_s = 0.0

    def __bool__(self) -> bool:
        return bool(self._dirty)

    def add(self, runs: Iterable[RunKey]) -> None:
        """These runs got spans."""
        self._dirty.update(runs)

    def due(self, *, idle: bool) -> bool:
        """Whether some run waits and its time has come."""
        if not self._dirty or self._ended_at is None:
            return bool(self._dirty)
        pause_s = min(PAUSE_FACTOR * self._cost_s, LONGEST_PAUSE_S)
        return self._clock.monotonic() - self._ended_at >= (pause_s if idle else max(PAUSE_S, pause_s))

    def rebuild(self, summarise: Summarise, first_seq: int) -> tuple[int, frozenset[str]]:
        """Rebuild what is dirty; how many sequences it took and the projects it was for.

        Repeating it after an error takes the same sequences again. Raises StoreError when it may help to
        try again later; a run that can never be summed up is named in the process log and left as it was.
        """
        runs = sorted(self._dirty)[:MOST_RUNS]
        began = self._clock.monotonic()
        written = _summarise(summarise, runs, first_seq)
        self._ended_at = self._clock.monotonic()
        self._cost_s = self._ended_at - began
        self._dirty.difference_update(runs)
        return written, frozenset(run.project_id for run in runs)


def _summarise(summarise: Summarise, runs: Sequence[RunKey], first_seq: int) -> int:
    try:
        return summarise(runs, first_seq)
    except StoreError as error:
        # Of runs with long texts fewer fit into the engine's memory; the same ones never would.
        is_too_much = error.engine_code == MEMORY_SHORT and len(runs) > 1
        if error.retryable and not is_too_much:
            raise
        if len(runs) == 1:
            logger.error("run %s of %s cannot be summed up: %s", runs[0].run_id, runs[0].project_id, error)  # noqa: TRY400
            return 0
    middle = len(runs) // 2
    written = _summarise(summarise, runs[:middle], first_seq)
    return written + _summarise(summarise, runs[middle:], first_seq + written)
