"""Readers of the stream, a process of their own: `python -m benchmarks.console.readers --port N ...`.

It opens the streams, writes `ready` to standard output, reads until its standard input has ended and all is
quiet, and writes what each reader was told as JSON. All readers note when they had everything up to which
sequence; only the first one's items are parsed, and that afterwards: the others' are counted, which costs
next to nothing.
"""

from __future__ import annotations

import argparse
import json
import re
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.console.room import mark_of

QUIET_S = 5.0
END = b"\n\n"
ID = re.compile(rb"id: [^.\n]+\.(\d+)\n")
DATA = b"event: batch\ndata: "


@dataclass(slots=True)
class Reader:
    """One connection, and what it was told."""

    connection: socket.socket
    keeps: bool
    moments: list[tuple[float, int]] = field(default_factory=list)
    items: int = 0
    gaps: int = 0
    kept: list[bytes] = field(default_factory=list)
    _pending: bytearray = field(default_factory=bytearray)

    def read(self) -> bool:
        """Take what is there; False when the server hung up."""
        data = self.connection.recv(1 << 20)
        now = time.monotonic()
        looked = max(0, len(self._pending) - 1)
        self._pending += data
        while (end := self._pending.find(END, looked)) >= 0:
            self._take(bytes(self._pending[:end]), now)
            del self._pending[: end + 2]
            looked = 0
        return bool(data)

    def _take(self, message: bytes, now: float) -> None:
        found = ID.search(message[:200])
        self.gaps += b"event: gap" in message[:200]
        if found is None or DATA not in message[:200]:
            return
        # Newer summaries of a run take the place of older ones, so that their number says nothing.
        self.items += message.count(b'"seq":"') - message.count(b'"type":"run","seq":"')
        self.moments.append((now, int(found[1])))
        if self.keeps:
            self.kept.append(message[message.index(DATA) + len(DATA) :])

    def marks(self) -> dict[int, int]:
        """The sequence of each event of the corpus."""
        items = (item for text in self.kept for item in json.loads(text))
        return {mark: int(item["seq"]) for item in items if (mark := mark_of(item)) is not None}


def open_readers(port: int, project: str, topics: str, number: int) -> list[Reader]:
    """Streams that were answered."""
    asked = f"GET /api/v1/projects/{project}/stream?topics={topics} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
    found = []
    for place in range(number):
        connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        connection.sendall(asked.encode())
        head = connection.recv(65_536)
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(f"no stream: {head[:300]!r}")
        connection.setblocking(False)
        found.append(Reader(connection, keeps=place == 0))
    return found


def read_all(readers: list[Reader]) -> None:
    """Read until standard input has ended and nothing has come for QUIET_S."""
    with selectors.DefaultSelector() as selector:
        for reader in readers:
            selector.register(reader.connection, selectors.EVENT_READ, reader)
        selector.register(sys.stdin, selectors.EVENT_READ)
        limit_s: float | None = None
        while found := selector.select(limit_s):
            for key, _ in found:
                if key.data is None:
                    selector.unregister(sys.stdin)
                    limit_s = QUIET_S
                elif not key.data.read():
                    raise RuntimeError("the server closed a stream")


def main() -> None:
    """The command line of the process."""
    parser = argparse.ArgumentParser(prog="benchmarks.console.readers", description="Read a stream, often.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--project", required=True)
    parser.add_argument("--topics", required=True)
    parser.add_argument("--readers", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True)
    given = parser.parse_args()
    readers = open_readers(given.port, given.project, given.topics, given.readers)
    print("ready", flush=True)
    began = time.process_time()
    read_all(readers)
    told = {
        "cpu_s": time.process_time() - began,
        "marks": readers[0].marks(),
        "readers": [{"moments": r.moments, "items": r.items, "gaps": r.gaps} for r in readers],
    }
    given.output.write_text(json.dumps(told))


if __name__ == "__main__":
    main()
