"""A reader of the stream that resumes where it was cut off, and remembers all that it was told."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.server import PROJECT


@dataclass(slots=True)
class Told:
    """What one reader was told, in order. `gaps` must stay empty inside the stream's window."""

    seqs: list[int] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[dict[str, Any]] = field(default_factory=list)
    connections: int = 0


class Reader:
    """A thread that reads `topics`; after a break it asks again with the last id that it has seen whole."""

    def __init__(self, *, port: Callable[[], int], topics: str, after: str | None = None) -> None:
        self.told = Told()
        self._port, self._topics = port, topics
        self._last_id = after
        self.reads = threading.Event()
        """Whether it reads; a reader that does not keeps its connection."""
        self.reads.set()
        self._stop = threading.Event()
        self._connection: socket.socket | None = None
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self.reads.set()
        if (connection := self._connection) is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)  # whoever waits for bytes waits no longer
        self._thread.join(30)
        assert not self._thread.is_alive(), "a reader hangs"

    def wait(self, done: Callable[[Told], bool], *, timeout_s: float = 120.0) -> None:
        """Wait until `done` says so of what was told."""
        until = time.monotonic() + timeout_s
        while not done(self.told):
            assert self._thread.is_alive(), "the reader has died: its traceback is above"
            assert time.monotonic() < until, f"{len(self.told.events)} events, {self.told.gaps} gaps"
            time.sleep(0.05)

    @property
    def last_id(self) -> str | None:
        """The place behind which it would go on."""
        return self._last_id

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self._port()), timeout=1.0) as connection:
                    self._connection = connection
                    self._read(connection)
            except OSError:
                self._stop.wait(0.02)

    def _read(self, connection: socket.socket) -> None:
        lines = [
            f"GET /api/v1/projects/{PROJECT}/stream?topics={self._topics} HTTP/1.1",
            "host: 127.0.0.1",
            "accept: text/event-stream",
        ]
        lines += [f"last-event-id: {self._last_id}"] if self._last_id else []
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        for message in messages(self._bytes(connection)):
            self._take(message)

    def _bytes(self, connection: socket.socket) -> Iterator[bytes]:
        """The body, without its head and its chunk marks."""
        pending = b""
        while b"\r\n\r\n" not in pending:
            pending += self._more(connection)
        head, _, pending = pending.partition(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise ConnectionError(head.decode())
        self.told.connections += 1
        while True:
            while b"\r\n" not in pending:
                pending += self._more(connection)
            size, _, pending = pending.partition(b"\r\n")
            length = int(size, 16)
            while len(pending) < length + 2:
                pending += self._more(connection)
            yield pending[:length]
            pending = pending[length + 2 :]

    def _more(self, connection: socket.socket) -> bytes:
        while not self._stop.is_set():
            try:
                data = connection.recv(65536) if self.reads.wait(1.0) else None
            except TimeoutError:
                continue
            if data is None:
                continue
            if not data:
                break
            return data
        raise ConnectionError("the stream ended")

    def _take(self, message: dict[str, str]) -> None:
        # First of all: whoever sees the last event here sees its place as well.
        self._last_id = message.get("id", self._last_id)
        if message.get("event") == "gap":
            self.told.gaps.append(json.loads(message["data"]))
        elif "data" in message:
            for event in json.loads(message["data"]):
                self.told.seqs.append(int(event["seq"]))
                self.told.events.append(event)


def messages(parts: Iterator[bytes]) -> Iterator[dict[str, str]]:
    r"""Server-sent events, whole ones only.

    >>> list(messages(iter([b"id: e.1\ndata: [", b"]\n\n: beat\n\nid: e.2\n"])))
    [{'id': 'e.1', 'data': '[]'}, {}]
    """
    pending = b""
    for part in parts:
        pending += part.replace(b"\r\n", b"\n")
        while b"\n\n" in pending:
            block, _, pending = pending.partition(b"\n\n")
            lines = (line.partition(":") for line in block.decode().split("\n") if not line.startswith(":"))
            yield {name: value.removeprefix(" ") for name, _, value in lines}
