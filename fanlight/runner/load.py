"""What a tree of processes uses, as Linux tells it. Elsewhere nothing is known."""

from __future__ import annotations

import os

from fanlight.runner.backend import Load
from fanlight.runner.child.supervisor import descendants, read, resident_bytes


def load_below(pid: int) -> Load | None:
    """Processor time and memory of all that runs below `pid`; None where no /proc tells.

    Time of processes that have ended counts with the parent that waited for them, up to `pid` itself.
    """
    own = _stat(pid)
    if not own:
        return None
    below = descendants(pid)
    ticks = sum(map(_ticks, own[13:15])) + sum(_ticks(each) for one in below for each in _stat(one)[11:15])
    return Load(cpu_s=ticks / _TICKS_A_S, memory_bytes=sum(map(resident_bytes, below)))


def _stat(pid: int) -> list[str]:
    """The fields behind the name, which may hold anything: state is the first of them."""
    return read(f"/proc/{pid}/stat").rpartition(")")[2].split()


def _ticks(text: str) -> int:
    return int(text)


_TICKS_A_S = os.sysconf("SC_CLK_TCK")
