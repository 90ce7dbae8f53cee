"""Starts the host beside the agent, without the agent noticing."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from fanlight.sdk.isolation.board import Board
from fanlight.sdk.isolation.descriptors import AGENT, BOARD, EVENTS, LIFE
from fanlight.sdk.isolation.frames import SETUP, Frame, frame
from fanlight.sdk.isolation.limits import Limits
from fanlight.sdk.isolation.report import Target

_ENTRY = str(Path(__file__).with_name("entry.py"))
_PIPE_BYTES = 1 << 20
# Above what programs close or reuse without asking, and above where the host gets its own.
_OUT_OF_THE_WAY = 20


class CannotStart(Exception):  # noqa: N818 - what happened, not a kind of error
    """No host can be started here; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The agent's ends: events go into `events`, `life` is at its end when the host is."""

    events: int
    life: int
    board: Board
    inode: int

    def ours(self) -> bool:
        """Whether `events` is still that pipe: an agent may have closed it and opened a file there."""
        try:
            return os.fstat(self.events).st_ino == self.inode
        except OSError:
            return False

    def hang_up(self) -> None:
        """Close the pipe, which ends the host."""
        if self.ours():
            with contextlib.suppress(OSError):
                os.close(self.events)

    def wait(self, seconds: float) -> bool:
        """Wait for the host's end."""
        poll = select.poll()
        poll.register(self.life, 0)
        return bool(poll.poll(max(0, int(seconds * 1000))))


def start_host() -> Line:
    """Start a host.

    Raises:
        CannotStart: this is no Linux, or there is no Python interpreter to start.
    """
    if sys.platform != "linux":
        raise CannotStart('isolation needs Linux; set the exporter to place="thread" to have it here')
    if getattr(sys, "frozen", False) or not sys.executable or not os.access(sys.executable, os.X_OK):
        raise CannotStart(
            'no Python interpreter to start (a frozen program?); set the exporter to place="thread"'
        )
    opened: list[int] = []
    try:
        return _start(opened)
    except OSError as error:
        raise CannotStart(f"the exporters' host cannot be started: {error}") from error
    finally:
        for descriptor in opened:
            with contextlib.suppress(OSError):
                os.close(descriptor)


def _start(opened: list[int]) -> Line:
    """Whatever stays in `opened` belongs to the host alone, and is closed here."""
    read, events = _pipe(opened)
    life, held = _pipe(opened)
    opened.append(agent := _aside(os.pidfd_open(os.getpid())))
    opened.append(board := _aside(Board.make()))
    with contextlib.suppress(OSError):
        fcntl.fcntl(events, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    os.set_blocking(events, False)
    places = zip((read, agent, board, held), (EVENTS, AGENT, BOARD, LIFE), strict=True)
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-I", "-S", _ENTRY],
        dict(os.environ),
        file_actions=[
            *((os.POSIX_SPAWN_DUP2, from_, to) for from_, to in places),
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ],
        setsigmask=[],
        setsigdef=[signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGPIPE],
    )
    with contextlib.suppress(OSError):  # a loop of the agent over `os.wait()` may have been faster
        os.waitpid(pid, 0)
    made = Line(events=events, life=life, board=Board(board), inode=os.fstat(events).st_ino)
    opened.remove(events)
    opened.remove(life)
    return made


def _pipe(opened: list[int]) -> tuple[int, int]:
    read, write = (_aside(descriptor) for descriptor in os.pipe())
    opened += (read, write)
    return read, write


def _aside(descriptor: int) -> int:
    try:
        return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _OUT_OF_THE_WAY)
    finally:
        os.close(descriptor)


def set_up(targets: Sequence[Target], limits: Limits) -> Frame:
    """The first frame: whom to start, within which bounds, and where their modules are."""
    return frame(
        SETUP, 0, 0,
        {
            "pid": os.getpid(),
            "agent": os.environ.get("OTEL_SERVICE_NAME") or Path(sys.argv[0] if sys.argv else "").name,
            "path": [str(Path(place).absolute()) for place in sys.path if type(place) is str],
            "targets": [(target.name, target.value) for target in targets],
            "limits": {**asdict(limits), "folder": str(limits.folder) if limits.folder else None},
        },
    )  # fmt: skip


def write_all(line: Line, data: bytes, deadline: float | None = None) -> None:
    """Write every byte, waiting for the host while its pipe is full.

    Raises:
        BrokenPipeError: the host is gone, the pipe is not ours any more, or the deadline has passed.
    """
    view = memoryview(data)
    poll = select.poll()
    poll.register(line.events, select.POLLOUT)
    while view:
        if not line.ours() or (deadline is not None and time.monotonic() > deadline):
            raise BrokenPipeError
        try:
            view = view[os.write(line.events, view) :]
        except BlockingIOError:
            poll.poll(100)
        except OSError as error:
            raise BrokenPipeError from error
