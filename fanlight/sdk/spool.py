"""What the server did not take, on disk until it does: by this process or by the next one.

A spool is a directory of segments `<pid>-<n>.seg`; a segment is a row of records: length and crc32 (both
uint32, little-endian) and the record, whose first byte is the signal, then the number of items (uint32) and
a gzipped OTLP request. Its writer holds a lock on the segment while it lives. Another process claims a
segment that nobody holds by locking and renaming it, sends what is in it, and unlinks it. A record that was
sent twice is one on the server, by its span ids.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import itertools
import os
import struct
import zlib
from collections import deque
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Protocol

from fanlight.sdk.endpoint import Endpoint, Target
from fanlight.sdk.payload import LOGS, METRICS, TRACES, Payload

SEGMENT_BYTES = 4 * 1024 * 1024
SPOOL_BYTES = 64 * 1024 * 1024
MEMORY_BYTES = 16 * 1024 * 1024
HEAD = struct.Struct("<II")
RECORD = struct.Struct("<BI")
SIGNALS = (TRACES, LOGS, METRICS)


class Spool(Protocol):
    """A place for payloads, oldest first out."""

    def put(self, payload: Payload) -> int:
        """Keep a payload; how many items had to go for it, or could not be kept."""

    def first(self) -> Payload | None:
        """The oldest payload, kept until `sent`."""

    def sent(self) -> None:
        """The server has the first one."""

    def close(self) -> int:
        """Let go of everything; how many items are lost by that."""

    def abandon(self) -> None:
        """In a forked child: all of it is the parent's."""


class MemorySpool:
    """For a process that may not write: what is left at its end is lost."""

    def __init__(self, *, most_bytes: int = MEMORY_BYTES) -> None:
        self._kept: deque[Payload] = deque()
        self._bytes = 0
        self._most_bytes = most_bytes

    def put(self, payload: Payload) -> int:
        self._kept.append(payload)
        self._bytes += len(payload.body)
        gone = 0
        while self._bytes > self._most_bytes:
            gone += self._forget().items
        return gone

    def first(self) -> Payload | None:
        return self._kept[0] if self._kept else None

    def sent(self) -> None:
        self._forget()

    def close(self) -> int:
        return sum(payload.items for payload in self._kept)

    def abandon(self) -> None:
        self._kept.clear()

    def _forget(self) -> Payload:
        payload = self._kept.popleft()
        self._bytes -= len(payload.body)
        return payload


class DiskSpool:
    """A spool in `directory`, shared with other processes; for one thread.

    Raises OSError from `__init__` when the directory cannot be written; later faults of the disk lose what
    they hit and are counted by what `put` gives back.
    """

    def __init__(
        self, directory: Path, *, segment_bytes: int = SEGMENT_BYTES, spool_bytes: int = SPOOL_BYTES
    ) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(directory, os.W_OK | os.X_OK):
            raise PermissionError(f"{directory} cannot be written")
        self._directory = directory
        self._segment_bytes = segment_bytes
        self._spool_bytes = spool_bytes
        self._numbers = itertools.count(1)
        self._writing: FileIO | None = None
        self._writing_path = directory
        self._reading: BinaryIO | None = None
        self._records: Iterator[Payload] = iter(())
        self._first: Payload | None = None

    def put(self, payload: Payload) -> int:
        gone = 0
        try:
            if self._writing is None or self._writing.tell() >= self._segment_bytes:
                gone = self._begin()
            assert self._writing is not None
            self._writing.write(framed(payload))
        except OSError:
            return gone + payload.items
        return gone

    def first(self) -> Payload | None:
        while self._first is None:
            self._first = next(self._records, None)
            if self._first is None and not self._claim():
                return None
        return self._first

    def sent(self) -> None:
        self._first = None

    def close(self) -> int:
        if self._reading is not None and self._first is None and next(self._records, None) is None:
            self._finish()
        for file in (self._writing, self._reading):
            if file is not None:
                file.close()
        self._writing = self._reading = None
        with contextlib.suppress(OSError):
            # Only when nothing is left in it.
            self._directory.rmdir()
        return 0

    def abandon(self) -> None:
        # A closed copy of the descriptor takes nothing from the parent's lock.
        for file in (self._writing, self._reading):
            if file is not None:
                file.close()
        self._writing = self._reading = None
        self._records, self._first = iter(()), None

    def _begin(self) -> int:
        """Start another segment; how many items went with old ones to make room."""
        if self._writing is not None:
            self._writing.close()
            self._writing = None
        gone = self._make_room()
        # Another process that had nothing left may have removed it.
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, path = self._make(".seg")
        file = os.fdopen(descriptor, "wb", buffering=0)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._writing, self._writing_path = file, path
        return gone

    def _make(self, suffix: str) -> tuple[int, Path]:
        """A new file, and its name. A pid comes again, and in another container it is there already."""
        while True:
            path = self._directory / f"{os.getpid()}-{next(self._numbers)}{suffix}"
            with contextlib.suppress(FileExistsError):
                return _new_private(path), path

    def _make_room(self) -> int:
        segments = self._segments()
        total = sum(size for _, size in segments)
        gone = 0
        while segments and total > self._spool_bytes - self._segment_bytes:
            path, size = segments.pop(0)
            with contextlib.suppress(OSError), path.open("rb") as file:
                gone += sum(payload.items for payload in records(file))
                path.unlink()
            total -= size
        return gone

    def _segments(self) -> list[tuple[Path, int]]:
        """Every segment and its size, oldest first."""
        found = []
        for path in [*self._directory.glob("*.seg"), *self._directory.glob("*.claimed")]:
            with contextlib.suppress(OSError):
                status = path.stat()
                found.append((status.st_mtime_ns, path, status.st_size))
        return [(path, size) for _, path, size in sorted(found)]

    def _claim(self) -> bool:
        """Open the oldest segment that nobody holds; our own when there is no other."""
        self._finish()
        for path, _ in self._segments():
            if self._writing is not None and path == self._writing_path:
                continue
            if self._open(path):
                return True
        if self._writing is not None and self._writing.tell() > 0:
            self._writing.close()
            self._writing = None
            return self._open(self._writing_path)
        return False

    def _open(self, path: Path) -> bool:
        try:
            file = path.open("rb")
        except OSError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            descriptor, claimed = self._make(".claimed")
        except OSError:
            file.close()
            return False
        # What another left under that name would be lost by a rename; nothing is by one over an empty file.
        os.close(descriptor)
        try:
            # Whoever was faster has renamed it: then there is nothing of that name any more.
            path.rename(claimed)
        except OSError:
            file.close()
            with contextlib.suppress(OSError):
                claimed.unlink()
            return False
        self._reading, self._reading_path = file, claimed
        self._records = records(file)
        return True

    def _finish(self) -> None:
        """Everything of the claimed segment was sent."""
        if self._reading is not None:
            with contextlib.suppress(OSError):
                self._reading_path.unlink()
            self._reading.close()
            self._reading = None


def open_spool(directory: Path | None, endpoint: Endpoint) -> Spool:
    """The spool for what goes to `endpoint`; in memory when there is no directory or it cannot be written.

    Another server, key or project has another spool, so that nothing is ever sent to the wrong one.
    """
    if directory is None:
        return MemorySpool()
    others = [target for _, target in sorted(endpoint.targets.items()) if _goes_elsewhere(target, endpoint)]
    identity = "\n".join(
        line
        for target in (Target(endpoint.url, endpoint.headers), *others)
        for line in (target.url, *(f"{name}: {value}" for name, value in sorted(target.headers.items())))
    )
    try:
        return DiskSpool(directory / hashlib.sha256(identity.encode()).hexdigest()[:16])
    except OSError:
        return MemorySpool()


def _goes_elsewhere(target: Target, endpoint: Endpoint) -> bool:
    return target.headers != endpoint.headers or not target.url.startswith(f"{endpoint.url}/v1/")


def framed(payload: Payload) -> bytes:
    """A record of a segment."""
    record = RECORD.pack(SIGNALS.index(payload.signal), payload.items) + payload.body
    return HEAD.pack(len(record), zlib.crc32(record)) + record


def records(file: BinaryIO) -> Iterator[Payload]:
    """The records of a segment up to its end or to the first that is torn."""
    while len(head := file.read(HEAD.size)) == HEAD.size:
        length, crc = HEAD.unpack(head)
        record = file.read(length)
        if len(record) < max(length, RECORD.size) or zlib.crc32(record) != crc:
            return
        signal, items = RECORD.unpack_from(record)
        yield Payload(SIGNALS[signal], items, record[RECORD.size :])


def _new_private(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
