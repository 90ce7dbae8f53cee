"""The system calls that durability rests on, in one place, so that a test can make any of them fail.

Each may raise OSError. Nothing here retries: Python restarts interrupted calls by itself, and repeating a
failed flush would lie, because the kernel reports a lost page only once.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path

IOV_MAX = 1024
"""Most buffers that one writev takes (Linux)."""


class Disk:
    """Files and directories as the machine has them."""

    def create(self, path: Path) -> int:
        """A new, empty file, open for appending. Private: it holds what agents said."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def reopen(self, path: Path) -> int:
        """An existing file, open for cutting."""
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)

    def write(self, file: int, buffers: Sequence[bytes | memoryview]) -> int:
        """Append; may write less than all of it. How many bytes it wrote."""
        return os.writev(file, buffers)

    def sync(self, file: int) -> None:
        """What was written to `file` is on disk."""
        os.fdatasync(file)

    def truncate(self, file: int, length: int) -> None:
        os.ftruncate(file, length)

    def close(self, file: int) -> None:
        os.close(file)

    def rename(self, source: Path, target: Path) -> None:
        source.replace(target)

    def unlink(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def sync_directory(self, path: Path) -> None:
        """Names made, changed or removed in `path` are on disk."""
        directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


DISK = Disk()


def write_all(disk: Disk, file: int, buffers: Sequence[bytes]) -> int:
    """Append every buffer, however many calls that takes; the bytes written."""
    pending: list[bytes | memoryview] = list(buffers)
    total = 0
    while pending:
        written = disk.write(file, pending[:IOV_MAX])
        if not written:
            raise OSError(errno.EIO, "the file system took no bytes and named no reason")
        total += written
        pending = _after(pending, written)
    return total


def _after(buffers: list[bytes | memoryview], written: int) -> list[bytes | memoryview]:
    for index, buffer in enumerate(buffers):
        if written < len(buffer):
            return [memoryview(buffer)[written:], *buffers[index + 1 :]]
        written -= len(buffer)
    return []


def replace_file(disk: Disk, path: Path, buffers: Sequence[bytes]) -> None:
    """Make `path` hold exactly `buffers`: whole and durable, or as it was."""
    draft = path.with_name(f"{path.name}.draft")
    disk.unlink(draft)
    file = disk.create(draft)
    try:
        write_all(disk, file, buffers)
        disk.sync(file)
    finally:
        disk.close(file)
    disk.rename(draft, path)
    disk.sync_directory(path.parent)


def make_directory(disk: Disk, path: Path) -> None:
    """Make `path`, private and durable, if it is not there."""
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        disk.sync_directory(path.parent)
