"""Segments: the log's files, one signal each. Appended to while open, repaired when found at a start."""

from __future__ import annotations

import contextlib
import errno
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fanlight.ingest.disk import Disk, replace_file, write_all
from fanlight.ingest.parked import Parked
from fanlight.model.signal import Signal
from fanlight.otlp import framing
from fanlight.otlp.container import GZIP, Container
from fanlight.store.contract import Segment

logger = logging.getLogger("fanlight.ingest.log")

_NAME = re.compile(r"(\d{20})-(traces|logs|metrics)\.pb\.(?:gz|zst)")

PIECE = ".piece.pb."
"""In the names of pieces of a refused segment; they are made again when they are needed again."""


def segment_path(directory: Path, signal: Signal, first_seq: int, container: Container = GZIP) -> Path:
    """Where a segment lies. Names sort in the order of the log.

    Example:
        >>> segment_path(Path("log"), Signal.TRACES, 77).name
        '00000000000000000077-traces.pb.gz'
    """
    return directory / f"{first_seq:020d}-{signal}.pb.{container.suffix}"


class OpenSegment:
    """A file that records are appended to.

    `kept` bytes of it, with `items` and `last_seq`, are promised to somebody. Whatever stands behind them
    is in doubt once a call failed, and `close` cuts it off.
    """

    def __init__(self, disk: Disk, path: Path, signal: Signal, first_seq: int) -> None:
        self._disk = disk
        self.path = path
        self.signal = signal
        self.first_seq = first_seq
        self._file = disk.create(path)
        self._named = False
        self._whole = True
        self._unsynced = False
        self.kept = self.items = self.plain_bytes = self.last_seq = 0

    def write(self, buffers: Sequence[bytes]) -> int:
        """Append records; their bytes. Raises OSError; then only `close` makes sense."""
        if not self._whole:
            raise OSError(errno.EIO, "an earlier write left it in doubt", str(self.path))
        self._whole = False
        self._unsynced = True
        return write_all(self._disk, self._file, buffers)

    def sync(self) -> None:
        """What was written is on disk, under its name. Raises OSError; then only `close` makes sense."""
        if not self._unsynced:
            return
        # Asked for once, whatever comes of it: after a failure the kernel would only say "fine".
        self._unsynced = False
        self._disk.sync(self._file)
        if not self._named:
            self._disk.sync_directory(self.path.parent)
            self._named = True

    def keep(self, written: int, *, items: int, plain_bytes: int, last_seq: int) -> None:
        """Promise what was written last."""
        self._whole = True
        self.kept += written
        self.items += items
        self.plain_bytes += plain_bytes
        self.last_seq = last_seq

    def close(self) -> Segment | None:
        """End it at its last kept byte; None when there is none, and then the file goes.

        Raises OSError when the doubtful end cannot be cut off; it may be called again.
        """
        if self.kept and not self._whole:
            self._disk.truncate(self._file, self.kept)
        self._whole = True
        self.release()
        if self.kept:
            return Segment(signal=self.signal, path=self.path, first_seq=self.first_seq, items=self.items)
        # What is left holds nothing that was promised; the next start removes it if this cannot.
        with contextlib.suppress(OSError):
            self._disk.unlink(self.path)
        return None

    def release(self) -> None:
        """Let go of the file as it is."""
        file, self._file = self._file, -1
        if file >= 0:
            with contextlib.suppress(OSError):  # what close(2) could report, fdatasync has reported before
                self._disk.close(file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A segment that an earlier process left, repaired."""

    segment: Segment
    bytes: int
    last_seq: int


def find_segments(directory: Path, disk: Disk, parked: Parked) -> list[Found]:
    """Every segment in `directory`, in the order of the log, each now a valid stream of whole records.

    An unfinished write at the end of a file was never acknowledged and is cut off. Damage before that is
    parked: it may have been acknowledged, and somebody may still make sense of it.
    """
    found = []
    for path in sorted(directory.iterdir()):
        if path.name.endswith(".draft") or PIECE in path.name:
            disk.unlink(path)
        elif matched := _NAME.fullmatch(path.name):
            repaired = _repair(path, Signal(matched[2]), int(matched[1]), disk, parked)
            found += [repaired] if repaired else []
    disk.sync_directory(directory)
    return found


def _repair(path: Path, signal: Signal, first_seq: int, disk: Disk, parked: Parked) -> Found | None:
    content = path.read_bytes()
    walk = framing.walk(content)
    for start, end in walk.damaged:
        logger.warning("%s is damaged from byte %d to %d; parked", path, start, end)
        parked.park_damage(signal, content[start:end], where=f"{path.name} bytes {start} to {end}")
    if walk.torn < len(content):
        logger.info("%s ends in an unfinished write of %d bytes; cut off", path, len(content) - walk.torn)
    if not walk.records:
        disk.unlink(path)
        return None
    if walk.damaged:
        replace_file(disk, path, [content[record.start : record.end] for record in walk.records])
    elif walk.torn < len(content):
        _cut(disk, path, walk.torn)
    items = sum(record.items for record in walk.records)
    return Found(
        segment=Segment(signal=signal, path=path, first_seq=first_seq, items=items),
        bytes=sum(record.end - record.start for record in walk.records),
        last_seq=walk.records[-1].next_seq - 1,
    )


def _cut(disk: Disk, path: Path, length: int) -> None:
    file = disk.reopen(path)
    try:
        disk.truncate(file, length)
        disk.sync(file)
    finally:
        disk.close(file)
