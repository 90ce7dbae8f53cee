"""The write-ahead log: a request is answered once it is here, on disk.

The log keeps one generation open: segment files, one a signal and container. One thread appends to them and
flushes them (`commit.py`); the writer seals a generation at one point of that thread's order, has the store
take it, and releases it. What was not released is waiting again after a restart.

A failed write or flush leaves its file in doubt, and asking the kernel again would only hear "fine". So the
file is abandoned at its last good byte: those senders get an error, and what follows goes to a new file.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import threading
from collections import Counter, deque
from collections.abc import Sequence as Rows
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from fanlight.clock import SYSTEM, Clock
from fanlight.errors import ConfigError, DiskFullError, OverloadError
from fanlight.ingest import crash
from fanlight.ingest.commit import Append, GroupCommit, Outcome
from fanlight.ingest.disk import DISK, Disk, make_directory
from fanlight.ingest.fairness import Shares
from fanlight.ingest.generation import Generation, OpenGeneration, Stream
from fanlight.ingest.parked import Parked
from fanlight.ingest.segment import OpenSegment, find_segments, segment_path
from fanlight.ingest.sequence import Sequence
from fanlight.model.batch import Batch
from fanlight.otlp import framing

logger = logging.getLogger("fanlight.ingest.log")

SEGMENT_ITEMS = 100_000
"""Most items of a segment: the engine takes one as a single block of rows."""

PLAIN_FACTOR = 3
"""A segment holds at most this many times `segment_bytes` once inflated: that bounds the engine's memory."""

INLINE_BYTES = 256 * 1024
"""Larger bodies are compressed in a thread, so that the event loop goes on."""


SEQUENCE = "sequence"
PARKED = "parked"
"""What lies beside the segments."""


class Log:
    """The log in `directory`, for one process at a time.

    `append` may be called from any event loop, `seal` and `release` from one other thread.
    """

    def __init__(
        self,
        directory: Path,
        *,
        segment_bytes: int,
        max_backlog_bytes: int,
        durability: str = "fsync",
        clock: Clock = SYSTEM,
        disk: Disk = DISK,
        group_commit: type[GroupCommit] = GroupCommit,
    ) -> None:
        """`durability` is `fsync`, or `interval:MS`: acknowledged at once, flushed every MS milliseconds.

        Raises ConfigError for any other `durability`.
        """
        self._directory = directory
        self._segment_bytes = segment_bytes
        self._max_backlog_bytes = max_backlog_bytes
        self._interval_s = _interval_s(durability)
        self._clock = clock
        self._disk = disk
        self._group_commit = group_commit
        self.parked = Parked(directory / PARKED, disk=disk, clock=clock)
        self._order = threading.Lock()
        self._committed = threading.Event()
        self._commits: GroupCommit | None = None
        self._open: OpenGeneration | None = None
        self._ended: deque[OpenGeneration] = deque()
        self._sealed: deque[Generation] = deque()
        self._given: list[Generation] = []
        self._kept_bytes = 0
        self._shares = Shares(max_backlog_bytes)
        self._flushed_at = clock.monotonic()

    def open(self, *, above_seq: int = 0) -> list[Generation]:
        """Repair what an earlier process left; the generations waiting, oldest first. `seal` gives them.

        Sequences continue above everything that was ever given out, and above `above_seq`, the store's
        highest. Opening again changes nothing. Raises OSError when the directory cannot be used.
        """
        with self._order:
            if self._commits is None:
                make_directory(self._disk, self._directory)
                self._sealed.extend(self._find(above_seq))
                self._kept_bytes = sum(generation.bytes for generation in self._sealed)
                if self._sealed:
                    self._committed.set()
                self._commits = self._group_commit(self._commit, tick=self._tick, tick_s=self._interval_s)
            return list(self._sealed)

    async def append(self, batch: Batch) -> int:
        """Make `batch` durable; the sequence of its first item. Raises OverloadError when the log is full."""
        if self._commits is None:
            raise OverloadError("the log is not open yet")
        self._check_room(batch.project, 0)
        if len(batch.plain) > INLINE_BYTES:
            body = await asyncio.to_thread(framing.compress, batch)
        else:
            body = framing.compress(batch)
        self._check_room(batch.project, len(body.data))
        loop = asyncio.get_running_loop()
        done: asyncio.Future[int] = loop.create_future()
        self._shares.add(batch.project, len(body.data))
        self._commits.submit(Append(batch, body, loop, done))
        return await done

    @property
    def backlog_bytes(self) -> int:
        """Bytes of the log that were not released yet, and of batches that wait to get into it."""
        return self._kept_bytes + (self._commits.queued_bytes if self._commits else 0)

    @property
    def is_behind(self) -> bool:
        """Whether whole generations wait for the writer, besides the open one."""
        return bool(self._sealed or self._ended)

    def wait(self, timeout_s: float) -> bool:
        """Wait until something was committed since the last `seal`; False when the time ran out first."""
        return self._committed.wait(timeout_s)

    def seal(self, *, empty: bool = False) -> Generation | None:
        """The next generation to store, sealed now if it is the open one; None when there is nothing.

        With `empty` there always is one: without segments, for its block of sequences. Raises OSError when
        the disk refuses; call it again later.
        """
        with self._order:
            self._settle()
            if not self._sealed:
                # What had ended may have held nothing, and the open one something: that comes first.
                self._committed.clear()
                self._end_open()
                self._settle()
            if self._sealed:
                self._given.append(self._sealed.popleft())
                return self._given[-1]
            if not empty or self._commits is None:
                return None
            last_seq = self._sequence.take(0) - 1
            return Generation(
                segments=(), summary_seq=self._sequence.take_block(), last_seq=last_seq, bytes=0
            )

    def release(self, generation: Generation) -> None:
        """Forget a generation: the store has it safely, or it is parked. Raises OSError; call it again."""
        for segment in generation.segments:
            self._disk.unlink(segment.path)
        if generation.segments:
            self._disk.sync_directory(self._directory)
        with self._order:
            self._kept_bytes -= generation.bytes
            if generation in self._given:
                self._given.remove(generation)
        for project, size in generation.held.items():
            self._shares.add(project, -size)

    def cut(self, place: Path) -> int:
        """Second names, in the folder `place`, of all that was not released; the last sequence given.

        The files are complete there and change no more. Between two generations, store and cut together are
        all that was acknowledged. By the writer's thread. Raises OSError.
        """
        with self._order:
            self._end_open()
            self._settle()
            for generation in (*self._given, *self._sealed):
                for segment in generation.segments:
                    os.link(segment.path, place / segment.path.name)
            (place / SEQUENCE).write_text(f"{self._sequence.ceiling}\n")
            return self._sequence.next - 1

    def close(self) -> None:
        """Commit what is queued and let go of the files; everything in them waits for the next `open`."""
        if self._commits is not None:
            self._commits.close()
        with self._order:
            self._end_open()
            with suppress(OSError):  # the next start cuts what this could not
                self._settle()

    def _find(self, above_seq: int) -> list[Generation]:
        found = find_segments(self._directory, self._disk, self.parked)
        above = max([above_seq, *(segment.last_seq for segment in found)])
        self._sequence = Sequence(self._directory / SEQUENCE, above=above, disk=self._disk)
        generations = [list(rows) for _, rows in groupby(found, key=lambda row: row.segment.first_seq)]
        block = 0
        if found:
            self._sequence.take(0)
            block = self._sequence.take_block()
        return [
            Generation(
                segments=tuple(row.segment for row in rows),
                summary_seq=block,
                last_seq=max(row.last_seq for row in rows),
                bytes=sum(row.bytes for row in rows),
            )
            for rows in generations
        ]

    def _check_room(self, project: str, size: int) -> None:
        backlog = self.backlog_bytes
        # A log with nothing in it takes any one request, or the largest could never be taken at all.
        if not backlog:
            return
        if backlog + size > self._max_backlog_bytes:
            raise OverloadError(
                f"{backlog} bytes wait for the store, {self._max_backlog_bytes} is the most",
                hint="send it again later; max_backlog_bytes sets the most",
            )
        if not self._shares.has_room(project, size, used=backlog):
            raise OverloadError(
                f"most of the {backlog} bytes that wait for the store are of project {project}",
                hint="send it again later: the rest is for others; max_backlog_bytes sets the most",
            )

    def _commit(self, taken: Rows[Append]) -> list[Outcome]:
        """The commit thread's work: the sequence of each append, or why it was not taken."""
        outcomes: list[Outcome] = []
        with self._order:
            while len(outcomes) < len(taken):
                rest = taken[len(outcomes) :]
                outcomes += self._write_group(rest[: self._room(rest)])
                if len(outcomes) < len(taken):
                    self._end_open()
        self._committed.set()
        return outcomes

    def _room(self, appends: Rows[Append]) -> int:
        """How many of `appends` the open generation still takes; at least one, if only in a new one."""
        files = self._open.files if self._open else {}
        full = {stream: [file.kept, file.items, file.plain_bytes] for stream, file in files.items()}
        limits = (self._segment_bytes, SEGMENT_ITEMS, PLAIN_FACTOR * self._segment_bytes)
        for index, append in enumerate(appends):
            held = full.setdefault(append.stream, [0, 0, 0])
            more = (len(append.body.data), append.count, len(append.batch.plain))
            if held[0] and any(a + b > limit for a, b, limit in zip(held, more, limits, strict=True)):
                if index:
                    return index
                self._end_open()
                return self._room(appends)
            held[:] = [a + b for a, b in zip(held, more, strict=True)]
        return len(appends)

    def _write_group(self, appends: Rows[Append]) -> list[Outcome]:
        """Write and flush what goes into one generation. A file that fails costs only its own appends."""
        first_seq = self._sequence.next
        try:
            seqs = [self._sequence.take(append.count) for append in appends]
        except OSError as error:
            self._give_back(appends)
            return [_refusal(error)] * len(appends)
        if self._open is None:
            self._open = OpenGeneration(first_seq=first_seq)
        refusals: dict[Stream, OverloadError] = {}
        for stream in dict.fromkeys(append.stream for append in appends):
            rows = [row for row in zip(appends, seqs, strict=True) if row[0].stream == stream]
            try:
                self._write(self._open, stream, rows)
                self._open.held.update(_sizes(rows))
            except OSError as error:
                logger.error("%d %s batches were not written: %s", len(rows), stream[0], error)  # noqa: TRY400
                refusals[stream] = _refusal(error)
            except Exception as error:  # whatever it is, it is the trouble of these alone
                logger.exception("%d %s batches were not written", len(rows), stream[0])
                refusals[stream] = OverloadError(f"the log failed: {error}")
        if refusals:
            self._give_back([row for row in appends if row.stream in refusals])
            self._end_open()
        return [refusals.get(row.stream, seq) for row, seq in zip(appends, seqs, strict=True)]

    def _give_back(self, appends: Rows[Append]) -> None:
        for append in appends:
            self._shares.add(append.batch.project, -len(append.body.data))

    def _write(self, generation: OpenGeneration, stream: Stream, rows: Rows[tuple[Append, int]]) -> None:
        file = generation.files.get(stream)
        if file is None:
            signal, container = stream
            path = segment_path(self._directory, signal, generation.first_seq, container)
            file = generation.files[stream] = OpenSegment(self._disk, path, signal, generation.first_seq)
        written = file.write([part for row, seq in rows for part in framing.frame(row.batch, row.body, seq)])
        crash.reach("after_wal_write")
        if self._interval_s is None:
            file.sync()
        crash.reach("after_fsync")
        file.keep(
            written,
            items=sum(row.batch.items for row, _ in rows),
            plain_bytes=sum(len(row.batch.plain) for row, _ in rows),
            last_seq=rows[-1][1] + rows[-1][0].count - 1,
        )
        self._kept_bytes += written

    def _end_open(self) -> None:
        """Nothing goes into the open generation any more."""
        ended, self._open = self._open, None
        if ended is None:
            return
        if ended.bytes:
            ended.summary_seq = self._sequence.take_block()
        if self._interval_s is not None:
            self._flush(ended)
        self._ended.append(ended)

    def _settle(self) -> None:
        """Close what has ended, in its order."""
        while self._ended:
            generation = self._ended[0].close()
            self._ended.popleft()
            if generation:
                self._sealed.append(generation)
                crash.reach("after_seal")

    def _tick(self) -> None:
        """With `interval:MS`: flush what was acknowledged before it was on disk."""
        now = self._clock.monotonic()
        if self._interval_s is None or now - self._flushed_at < self._interval_s:
            return
        with self._order:
            self._flushed_at = now
            if self._open is not None and not self._flush(self._open):
                self._end_open()

    def _flush(self, generation: OpenGeneration) -> bool:
        """Whether all of it is on disk. A file that fails keeps no other from its flush."""
        failed = 0
        for file in generation.files.values():
            try:
                file.sync()
            except OSError as error:
                logger.error("acknowledged batches may not survive a power cut: %s", error)  # noqa: TRY400
                failed += 1
        return not failed


def _sizes(rows: Rows[tuple[Append, int]]) -> Counter[str]:
    """The bytes of each project."""
    found: Counter[str] = Counter()
    for row, _ in rows:
        found[row.batch.project] += len(row.body.data)
    return found


def _interval_s(durability: str) -> float | None:
    """Seconds between flushes; None when each answer waits for its own.

    Example:
        >>> _interval_s("fsync"), _interval_s("interval:250")
        (None, 0.25)
    """
    kind, _, number = durability.partition(":")
    if durability == "fsync":
        return None
    if kind != "interval" or not number.isdecimal() or not int(number):
        raise ConfigError(f"durability is {durability!r}", hint="it takes fsync or interval:MS")
    return int(number) / 1000


def _refusal(error: OSError) -> OverloadError:
    """What a sender hears: always worth another try, for the sender still has its data."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError("the disk is full", hint="free some space in the data directory")
    return OverloadError(f"the log could not be written: {error.strerror or error}", retry_after_s=1)
