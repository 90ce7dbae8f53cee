"""The two calls of Linux that Python has no name for."""

from __future__ import annotations

import ctypes
import signal

_SET_PDEATHSIG, _SET_CHILD_SUBREAPER = 1, 36
_prctl = ctypes.CDLL(None, use_errno=True).prctl


def die_with_parent() -> None:
    """Have the kernel kill this process when the one that forked it ends."""
    _prctl(_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of every orphan below, so that a double fork escapes nobody."""
    _prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
