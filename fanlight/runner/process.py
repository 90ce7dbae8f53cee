"""The backend that runs agents as processes of this machine."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import fanlight
from fanlight.runner.backend import (
    EVENTS_VARIABLE,
    FILES_VARIABLE,
    STOP_GRACE_S,
    Channel,
    Ending,
    Launch,
    LaunchError,
    Load,
    command_of,
)
from fanlight.runner.load import load_below
from fanlight.runner.pieces import PIECE_BYTES, Piece, Pieces

PACKAGE = Path(fanlight.__file__).parent
PIPE_BYTES = 1024 * 1024
F_SETPIPE_SZ = 1031
CHILD_PATH = "fanlight/runner/child/main.py"
SUPERVISOR = PACKAGE / "runner" / "child" / "supervisor.py"


class ProcessBackend:
    """Starts each child below a supervisor, with an event pipe of its own."""

    async def start(self, launch: Launch) -> ProcessChild:
        """Start the child. Raises LaunchError when its command or folder is not there."""
        folder = Path(tempfile.mkdtemp(prefix="fanlight-run-"))
        try:
            return await _start(launch, folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


async def _start(launch: Launch, folder: Path) -> ProcessChild:
    # A folder that holds this one package: an agent's own modules and packages come first, and no others.
    support = folder / "support"
    support.mkdir()
    (support / "fanlight").symlink_to(PACKAGE)
    files = folder / "files"
    files.mkdir(mode=0o700)
    for name, content in launch.files.items():
        (files / name).write_bytes(content)
    pipes = _Pipes()
    order = {
        "command": command_of(
            launch, python=str(launch.interpreter or sys.executable), child=str(support / CHILD_PATH)
        ),
        "cwd": str(launch.cwd),
        "env": {
            **launch.env,
            FILES_VARIABLE: str(files),
            EVENTS_VARIABLE: f"fd:{pipes.events[1]}:{launch.nonce}",
        },
        "status_fd": pipes.status[1],
        "agent_fds": [pipes.events[1]],
        "folder": str(folder),
        "time_s": launch.limits.time_s,
        "grace_s": launch.limits.grace_s,
        "memory_bytes": launch.limits.memory_bytes,
        "processes": launch.limits.processes,
    }
    try:
        process = subprocess.Popen(  # noqa: S603, ASYNC220 - our own script; starting it takes a millisecond
            [sys.executable, "-I", "-S", str(SUPERVISOR)],
            stdin=pipes.control[0],
            stdout=pipes.stdout[1],
            stderr=pipes.stderr[1],
            pass_fds=(pipes.events[1], pipes.status[1]),
            env={},
            start_new_session=True,
        )
    except OSError as error:
        pipes.close()
        raise LaunchError(f"no process can be started ({error.strerror})") from error
    pipes.close_theirs()
    with contextlib.suppress(BrokenPipeError):
        os.write(pipes.control[1], json.dumps(order).encode() + b"\n")
    child = ProcessChild(process, pipes, folder)
    child.begin()
    return child


class _Pipes:
    """The pipes of one child: (read end, write end) each."""

    def __init__(self) -> None:
        self.control = os.pipe()
        self.status = os.pipe()
        self.stdout = os.pipe()
        self.stderr = os.pipe()
        self.events = os.pipe()
        for pipe in (self.stdout, self.stderr, self.events):
            with contextlib.suppress(OSError):
                fcntl.fcntl(pipe[1], F_SETPIPE_SZ, PIPE_BYTES)

    def close_theirs(self) -> None:
        for fd in (self.control[0], *(pipe[1] for pipe in self._read())):
            os.close(fd)

    def close(self) -> None:
        for pipe in (self.control, *self._read()):
            for fd in pipe:
                os.close(fd)

    def _read(self) -> list[tuple[int, int]]:
        return [self.status, self.stdout, self.stderr, self.events]


class ProcessChild:
    """A child below its supervisor."""

    def __init__(self, process: subprocess.Popen[bytes], pipes: _Pipes, folder: Path) -> None:
        self._process = process
        self._pipes = pipes
        self._folder = folder
        self._control: int | None = pipes.control[1]
        self._pieces = Pieces()
        self._tasks: list[asyncio.Task[None]] = []
        self._ending: asyncio.Task[Ending] | None = None

    @property
    def id(self) -> str:
        """The supervisor's process id."""
        return str(self._process.pid)

    @property
    def image(self) -> None:
        """None: it runs on this machine as it is."""
        return

    async def load(self) -> Load | None:
        """What the agent and all that it started use."""
        return await asyncio.to_thread(load_below, self._process.pid)

    def begin(self) -> None:
        """Begin to read."""
        ends: tuple[tuple[Channel, int], ...] = (
            ("stdout", self._pipes.stdout[0]),
            ("stderr", self._pipes.stderr[0]),
            ("events", self._pipes.events[0]),
        )
        self._tasks = [asyncio.create_task(self._forward(channel, fd)) for channel, fd in ends]
        self._tasks.append(asyncio.create_task(self._say_closed(list(self._tasks))))
        self._ending = asyncio.create_task(self._end())

    async def read(self) -> Piece | None:
        """The next piece of what it wrote; None once every channel is closed."""
        return await self._pieces.read()

    async def wait(self) -> Ending:
        """Its ending; nothing of it runs any more. Raises LaunchError when it never began."""
        assert self._ending is not None
        return await asyncio.shield(self._ending)

    async def stop(self, grace_s: float = STOP_GRACE_S) -> None:
        """SIGTERM to all of it, then SIGKILL after `grace_s`."""
        if self._control is not None:
            with contextlib.suppress(BrokenPipeError):
                os.write(self._control, f"stop {grace_s}\n".encode())

    async def _forward(self, channel: Channel, fd: int) -> None:
        try:
            while piece := await _read(fd, PIECE_BYTES):
                await self._pieces.put((channel, piece))
        finally:
            os.close(fd)

    async def _say_closed(self, tasks: list[asyncio.Task[None]]) -> None:
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._pieces.put(None)

    async def _end(self) -> Ending:
        fd = self._pipes.status[0]
        try:
            said = b""
            while piece := await _read(fd, PIECE_BYTES):
                said += piece
        finally:
            os.close(fd)
        code = await asyncio.to_thread(self._process.wait)
        if self._control is not None:
            os.close(self._control)
            self._control = None
        # The supervisor removes it, unless it was killed.
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
        if not said:
            # The supervisor was killed from outside.
            return Ending(
                exit_code=128 - code if code < 0 else code, signal=-code if code < 0 else None, reason="lost"
            )
        found = json.loads(said)
        if "error" in found:
            raise LaunchError(f"the agent's command cannot be started: {found['error']}")
        return Ending(exit_code=found["exit_code"], signal=found["signal"], reason=found["reason"])


async def _read(fd: int, size: int) -> bytes:
    """Up to `size` bytes as soon as there are any; empty at the end."""
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_reader(fd, _done, ready)
    try:
        await ready
    finally:
        loop.remove_reader(fd)
    return os.read(fd, size)


def _done(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


def new_nonce() -> str:
    """A nonce for one run's own pipe."""
    return secrets.token_hex(16)
