"""Named points at which a kill test ends the process, as a power cut would: no cleanup, no flush.

`FANLIGHT_CRASH_AT=after_fsync` ends it the first time that it gets there, `after_fsync:5` the fifth time.
Without the variable a point costs one comparison.
"""

from __future__ import annotations

import itertools
import os
import signal

POINTS = (
    "after_wal_write",
    "after_fsync",
    "after_seal",
    "after_insert",
    "after_summarise",
    "after_announce",
    "before_release",
    "after_release",
    "after_park",
)
"""Every point there is, in the order in which a batch passes them."""

_NAME, _, _COUNT = os.environ.get("FANLIGHT_CRASH_AT", "").partition(":")
_visits = itertools.count(1)


def reach(point: str) -> None:
    """Die here with SIGKILL if the environment says so."""
    if point == _NAME and next(_visits) >= int(_COUNT or 1):
        os.kill(os.getpid(), signal.SIGKILL)
