"""Whether the disk has room for what comes in: ingest stops while there is still some for everything else.

A disk that is full to the last byte stops merges and the catalog as well, and with them what people read.
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec import structs

from fanlight.clock import SYSTEM, Clock
from fanlight.config import Config
from fanlight.errors import DiskFullError
from fanlight.model.batch import Batch
from fanlight.model.disk import DiskRoom, DiskState
from fanlight.model.ledger import LedgerSnapshot

logger = logging.getLogger("fanlight.ingest.headroom")

LOOK_EVERY_S = 1.0
STOP_PART, LOW_PART = 4, 2
"""Of a small disk at most a quarter is kept free, and at most half of it counts as little."""


class Room(NamedTuple):
    """Bytes that a file system has left for this process, and all that it has."""

    free: int
    total: int


Measure = Callable[[Path], Room]


def measure(place: Path) -> Room:
    """What is left where `place` is, or will be. Raises OSError."""
    existing = next(each for each in (place, *place.parents) if each.exists())
    usage = shutil.disk_usage(existing)
    return Room(usage.free, usage.total)


def kept_free(stop_bytes: int, total: int) -> int:
    """How much of a disk of `total` bytes is kept free when the setting says `stop_bytes`."""
    return min(stop_bytes, total // STOP_PART)


class Headroom:
    """Looks at the disks of `places`, at most once a second; what is told is of the one with the least left.

    Below `low_bytes` it warns; below `stop_bytes` it refuses, until a tenth more than that is free again.
    Each change is logged once. 0 for `stop_bytes` never refuses.

    Example:
        >>> from fanlight.clock import ManualClock
        >>> rooms = iter([Room(50, 1_000), Room(5, 1_000)])
        >>> clock = ManualClock()
        >>> room = Headroom(
        ...     [Path("/")], low_bytes=100, stop_bytes=10, clock=clock, measure=lambda _: next(rooms)
        ... )
        >>> room.check()
        >>> room.state().state.value, clock.advance(1)
        ('low', None)
        >>> room.check()
        Traceback (most recent call last):
        fanlight.errors.DiskFullError: the server's disk has 5 bytes left, and 10 are kept free; ...
    """

    def __init__(
        self,
        places: Sequence[Path],
        *,
        low_bytes: int,
        stop_bytes: int,
        clock: Clock = SYSTEM,
        measure: Measure = measure,
    ) -> None:
        self._places = tuple(places)
        self._low_bytes, self._stop_bytes = low_bytes, stop_bytes
        self._clock = clock
        self._measure = measure
        self._order = threading.Lock()
        self._looked_at: float | None = None
        self._state = DiskRoom(state=DiskState.OK, low_bytes=low_bytes, stop_bytes=stop_bytes)

    @classmethod
    def of(cls, config: Config, places: Sequence[Path], clock: Clock) -> Headroom:
        """With the bounds of the settings."""
        return cls(places, low_bytes=config.disk_low_bytes, stop_bytes=config.disk_stop_bytes, clock=clock)

    def told(self, snapshot: LedgerSnapshot) -> LedgerSnapshot:
        """`snapshot`, with how it is now."""
        return structs.replace(snapshot, disk=self.state())

    def guard(self, append: Callable[[Batch], Awaitable[int]]) -> Callable[[Batch], Awaitable[int]]:
        """`append`, which refuses while the disk is full. What it raises besides is DiskFullError."""

        async def append_with_room(batch: Batch) -> int:
            self.check()
            return await append(batch)

        return append_with_room

    def check(self) -> None:
        """Raises DiskFullError while too little is left."""
        room = self.state()
        if room.state is DiskState.FULL:
            raise DiskFullError(
                f"the server's disk has {room.free_bytes} bytes left, and {room.stop_bytes} are kept free",
                hint="free some space or shorten the retention; disk_stop_bytes sets how much is kept",
            )

    def state(self) -> DiskRoom:
        """How it is now, or was a second ago at most."""
        now = self._clock.monotonic()
        with self._order:
            if self._looked_at is None or now - self._looked_at >= LOOK_EVERY_S:
                self._looked_at = now
                self._look()
            return self._state

    def _look(self) -> None:
        try:
            rooms = [self._measure(place) for place in self._places]
        except OSError as error:
            logger.warning("the disk could not be looked at: %s", error)
            return
        # The one that is nearest to its end: disks differ in size, and small ones keep less free.
        room, low, stop = min(
            ((room, *self._bounds(room.total)) for room in rooms), key=lambda each: each[0].free - each[2]
        )
        before = self._state.state
        is_full = room.free < stop + (stop // 10 if before is DiskState.FULL else 0)
        state = DiskState.FULL if is_full else DiskState.LOW if room.free < low else DiskState.OK
        self._state = DiskRoom(state=state, free_bytes=room.free, low_bytes=low, stop_bytes=stop)
        if state is not before:
            level, text = _WORDS[state]
            logger.log(level, text, room.free, stop if state is DiskState.FULL else low)

    def _bounds(self, total: int) -> tuple[int, int]:
        stop = kept_free(self._stop_bytes, total)
        return max(min(self._low_bytes, total // LOW_PART), stop), stop


_WORDS = {
    DiskState.OK: (logging.INFO, "the disk has room again: %d bytes, and %d would be little"),
    DiskState.LOW: (
        logging.WARNING,
        "the disk runs out: %d bytes left, less than %d (disk_low_bytes); make room, or keep it shorter",
    ),
    DiskState.FULL: (
        logging.ERROR,
        "the disk is nearly full: %d bytes left, less than %d (disk_stop_bytes); telemetry is refused",
    ),
}
