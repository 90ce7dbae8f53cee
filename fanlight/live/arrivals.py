"""When what was announced: whether a reader's place is inside the window, without asking the store."""

from __future__ import annotations

import bisect
from collections import deque

APART_NS = 1_000_000_000


class Arrivals:
    """The watermark second by second, as far back as the window and no further than this process.

    For one thread at a time.

    Example:
        >>> arrivals = Arrivals(0, 10)
        >>> arrivals.note(2 * APART_NS, 20, window_ns=60 * APART_NS)
        >>> arrivals.came_since(0, 10), arrivals.came_since(2 * APART_NS, 10)
        (True, False)
    """

    def __init__(self, at_ns: int, watermark: int) -> None:
        self._marks: deque[tuple[int, int]] = deque([(at_ns, watermark)])

    def note(self, at_ns: int, watermark: int, window_ns: int) -> None:
        """Everything up to `watermark` was announced by `at_ns`."""
        if at_ns - self._marks[-1][0] < APART_NS:
            # Not later than it says: a mark must never count what came after it.
            return
        self._marks.append((at_ns, watermark))
        while len(self._marks) > 1 and self._marks[1][0] <= at_ns - window_ns:
            self._marks.popleft()

    def came_since(self, since_ns: int, after: int) -> bool:
        """Whether all behind `after` was announced at or after `since_ns`; False when that is unknown."""
        place = bisect.bisect_left(self._marks, since_ns, key=lambda mark: mark[0])
        return place < len(self._marks) and after >= self._marks[place][1]
