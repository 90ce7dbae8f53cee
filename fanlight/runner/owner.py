"""Which process a container belongs to: one whose process is gone is an orphan."""

from __future__ import annotations

import os
import socket
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NAMESPACE = Path("/proc/self/ns/pid")


def this_runner() -> str:
    """Names this process among all that ever ran: host, boot, process namespace, process, its start."""
    return "/".join((*_place(), str(os.getpid()), _started(str(os.getpid()))))


def is_gone(runner: str) -> bool:
    """Whether the process that `this_runner` named is certainly gone: what another host's does is not known.

    Example:
        >>> is_gone(this_runner()), is_gone("elsewhere/boot/1/1/1"), is_gone("")
        (False, False, False)
    """
    place, (host, boot, namespace) = runner.split("/"), _place()
    if len(place) != 5 or place[0] != host:
        return False
    if place[1] != boot:
        return True
    return place[2] == namespace and _started(place[3]) != place[4]


def _place() -> tuple[str, str, str]:
    boot = _BOOT.read_text().strip() if _BOOT.exists() else ""
    return socket.gethostname(), boot, str(_NAMESPACE.stat().st_ino) if _NAMESPACE.exists() else ""


def _started(pid: str) -> str:
    """When a process began, in the kernel's ticks; empty when it does not run."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    state, *rest = stat.rpartition(")")[2].split()
    return "" if state == "Z" else rest[18]
