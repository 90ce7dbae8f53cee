"""The kernel's word on processes: who descends from whom, how much each takes, and their end."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Collection
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_PROC = Path("/proc")


def children(pid: int) -> list[int]:
    """The processes that `pid` has started and that have not been waited for."""
    found: list[int] = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - names alone, ten times a second
    except OSError:
        return []
    for thread in threads:
        with contextlib.suppress(OSError):
            found += map(int, Path(f"/proc/{pid}/task/{thread}/children").read_text().split())
    return found


def descendants(pid: int) -> list[int]:
    """Every process below `pid`."""
    found: list[int] = []
    ask = [pid]
    while ask:
        below = children(ask.pop())
        found += below
        ask += below
    return found


def resident_bytes(pid: int) -> int:
    """Memory that `pid` has of its own, less what it shares with others; 0 when it is gone."""
    try:
        _, resident, shared, *_ = (_PROC / str(pid) / "statm").read_text().split()
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * _PAGE


def threads(pid: int) -> int:
    """How many threads `pid` has; 0 when it is gone."""
    try:
        return len(os.listdir(f"/proc/{pid}/task"))  # noqa: PTH208 - as above
    except OSError:
        return 0


def end(pid: int) -> None:
    """Kill `pid` and all below it. Whoever is stopped first cannot start more while the list is made."""
    below = descendants(pid)
    for signals in (signal.SIGSTOP, signal.SIGKILL):
        for process in (pid, *below):
            with contextlib.suppress(OSError):
                os.kill(process, signals)


def end_all_but(kept: Collection[int], seconds: float = 0.5) -> None:
    """Kill what descends from this process and from none of `kept`, double forks too, until nothing is left.

    Orphans come back to this process, since it is the subreaper of its descendants.
    """
    deadline = time.monotonic() + seconds
    while strays := [pid for pid in children(os.getpid()) if pid not in kept]:
        for pid in strays:
            end(pid)
        for pid in strays:
            reap(pid)
        if time.monotonic() > deadline:
            break
        time.sleep(0.001)


def reap(pid: int) -> int | None:
    """The wait status of the child `pid`, or None while it lives."""
    try:
        found, status = os.waitpid(pid, os.WNOHANG)
    except OSError:
        return None
    return status if found == pid else None


def ending(status: int) -> str:
    """What a wait status says.

    >>> ending(9), ending(3 << 8)
    ('killed by SIGKILL', 'exited with status 3')
    """
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        with contextlib.suppress(ValueError):
            return f"killed by {signal.Signals(number).name}"
        return f"killed by signal {number}"
    return f"exited with status {os.waitstatus_to_exitcode(status)}"
