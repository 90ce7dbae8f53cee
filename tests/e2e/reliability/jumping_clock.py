"""`fanlight` with a wall clock that a file moves: `python jumping_clock.py FILE fanlight serve ...`.

The file holds seconds that are added to the machine's time, 0 when it is not there. Monotonic time stays.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from fanlight.clock import SystemClock


def moved_by(offset: Path) -> Callable[[SystemClock], int]:
    def now_ns(self: SystemClock) -> int:
        try:
            return time.time_ns() + int(float(offset.read_text() or 0) * 1e9)
        except FileNotFoundError:
            return time.time_ns()

    return now_ns


if __name__ == "__main__":
    SystemClock.now_ns = moved_by(Path(sys.argv[1]))  # type: ignore[method-assign]
    from fanlight.cli.main import main

    sys.argv = sys.argv[2:]
    main()
