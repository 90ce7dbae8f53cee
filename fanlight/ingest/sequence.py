"""Sequences: one ascending number an item, never given twice, whatever happens to the process.

Behind the items of a generation lies a block of numbers for the run summaries that are written with it.

A file holds a ceiling that every number given out lies below. The next start begins at the ceiling, so
numbers that were given to records which no longer exist (stored and released, or never acknowledged) stay
used. Raising it takes two flushes, once in four billion numbers.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from fanlight.ingest.disk import DISK, Disk, replace_file

STEP = 2**32
"""How far the ceiling is raised at a time."""

BLOCK = 2**20
"""How many numbers are reserved behind a generation."""


class Sequence:
    """Gives numbers. Not thread-safe: the log calls it in its own order.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "sequence"
        >>> Sequence(path, above=6).take(3)
        7
        >>> Sequence(path).take(1) == 7 + 3 + BLOCK + STEP
        True
    """

    def __init__(self, path: Path, *, above: int = 0, disk: Disk = DISK) -> None:
        self._path = path
        self._disk = disk
        self._ceiling = max(above + 1, _read(path))
        self.next = self._ceiling

    @property
    def ceiling(self) -> int:
        """Every number that was ever given lies below."""
        return max(self._ceiling, self.next)

    def take(self, count: int) -> int:
        """The first of `count` numbers in a row. Raises OSError when the ceiling cannot be raised."""
        first = self.next
        # Room for a block is kept below the ceiling, so that ending a generation needs no disk.
        if first + count + BLOCK > self._ceiling:
            self._raise_to(first + count + BLOCK + STEP)
        self.next = first + count
        return first

    def take_block(self) -> int:
        """The first number of a block, which the last `take` has left room for."""
        first, self.next = self.next, self.next + BLOCK
        return first

    def _raise_to(self, ceiling: int) -> None:
        replace_file(self._disk, self._path, [b"%d\n" % ceiling])
        self._ceiling = ceiling


def _read(path: Path) -> int:
    """The ceiling on disk; 0 when there is none. It is replaced whole, so it is never half a number."""
    with contextlib.suppress(FileNotFoundError):
        return int(path.read_text())
    return 0
