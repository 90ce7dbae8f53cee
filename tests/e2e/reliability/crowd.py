"""A crowd of readers of the stream, on raw sockets of one event loop: some read, some hardly, some never."""

from __future__ import annotations

import asyncio
import re
import resource
import socket
import threading
import time
from dataclasses import dataclass, field

from benchmarks.server import PROJECT

BODY = re.compile(rb'"body":"(\d+)\.(\d+) at (\d+)"')
REQUEST = (
    f"GET /api/v1/projects/{PROJECT}/stream?topics=logs HTTP/1.1\r\nhost: 127.0.0.1\r\n"
    "accept: text/event-stream\r\n\r\n"
).encode()
RECEIVE_BYTES = 4_096
"""What the kernel keeps for somebody who does not read."""


def log_body(number: int, place: int) -> str:
    """The body of a log record that says when it was made."""
    return f"{number}.{place} at {time.time_ns()}"


@dataclass(slots=True)
class Crowd:
    """`heard` are the records that each good reader was told, `lags_s` how late the last of a piece was."""

    port: int
    heard: list[list[tuple[int, int]]] = field(default_factory=list)
    lags_s: list[float] = field(default_factory=list)
    ended: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _waiting: list[socket.socket] = field(default_factory=list)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Crowd:
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join(10)
        self._loop.close()

    def join(self, *, good: int, slow: int, still: int) -> None:
        """Connect them all; returns when each was answered."""
        asyncio.run_coroutine_threadsafe(self._join(good, slow, still), self._loop).result(120)

    def leave(self) -> None:
        """Close every connection."""
        asyncio.run_coroutine_threadsafe(self._leave(), self._loop).result(30)

    async def _join(self, good: int, slow: int, still: int) -> None:
        for number in range(good + slow + still):
            found = await self._connect(small=number >= good)
            if number < good:
                heard: list[tuple[int, int]] = []
                self.heard.append(heard)
                self._tasks.append(asyncio.ensure_future(self._read(found, heard)))
            elif number < good + slow:
                self._tasks.append(asyncio.ensure_future(self._sip(found)))
            else:
                self._waiting.append(found)

    async def _connect(self, *, small: bool) -> socket.socket:
        found = socket.socket()
        if small:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        found.setblocking(False)
        await self._loop.sock_connect(found, ("127.0.0.1", self.port))
        await self._loop.sock_sendall(found, REQUEST)
        head = await self._loop.sock_recv(found, 15)
        assert head.startswith(b"HTTP/1.1 200"), head
        return found

    async def _read(self, found: socket.socket, heard: list[tuple[int, int]]) -> None:
        left = b""
        with found:
            while data := await self._loop.sock_recv(found, 262_144):
                left += data
                last = None
                for last in BODY.finditer(left):
                    heard.append((int(last[1]), int(last[2])))
                if last is not None:
                    self.lags_s.append((time.time_ns() - int(last[3])) / 1e9)
                    left = left[last.end() :]
        self.ended += 1

    async def _sip(self, found: socket.socket) -> None:
        with found:
            while await self._loop.sock_recv(found, 100):
                await asyncio.sleep(1.0)

    async def _leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for each in self._waiting:
            each.close()
        self._tasks.clear()
        self._waiting.clear()


def allow_files(count: int) -> None:
    """Let this process, and the servers that it starts, have so many open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))
