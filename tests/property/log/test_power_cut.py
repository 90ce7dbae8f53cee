"""A power cut at any moment: whatever the disk had not promised may be gone, or half there.

The log runs for real, on a disk that records every call. Then each prefix of that recording is replayed into
a directory as it could look after a cut: names that were not flushed may be missing, bytes that were not
flushed may be missing, cut short or zeros. Opening the log there must give everything acknowledged by then.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from fanlight.ingest.disk import Disk
from fanlight.ingest.log import Log
from fanlight.model.batch import Batch
from fanlight.model.signal import Signal
from fanlight.otlp import framing
from tests.figures import Tell
from tests.property.log.quick import MEMORY, QuickDisk

Event = tuple[Any, ...]


class RecordingDisk(Disk):
    """Does everything, and remembers it in order."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._paths: dict[int, Path] = {}
        self._lock = threading.Lock()

    def tell(self, *event: Any) -> None:
        with self._lock:
            self.events.append(event)

    def create(self, path: Path) -> int:
        file = super().create(path)
        self._paths[file] = path
        self.tell("create", path)
        return file

    def write(self, file: int, buffers: Any) -> int:
        self.tell("write", self._paths[file], b"".join(buffers))
        return super().write(file, buffers)

    def sync(self, file: int) -> None:
        super().sync(file)
        self.tell("sync", self._paths[file])

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        self.tell("rename", source, target)

    def unlink(self, path: Path) -> None:
        existed = path.exists()
        super().unlink(path)
        if existed:
            self.tell("unlink", path)

    def sync_directory(self, path: Path) -> None:
        super().sync_directory(path)
        self.tell("sync_directory", path)


@dataclass
class Inode:
    synced: bytes = b""
    pending: list[bytes] = field(default_factory=list)

    def after_cut(self, rng: random.Random) -> bytes:
        """The file's bytes as the disk may have them."""
        rest = b"".join(self.pending)
        rest = rest[: rng.randint(0, len(rest))]
        if rest and rng.random() < 0.3:  # the length came to disk, some pages did not
            at = rng.randrange(len(rest))
            rest = rest[:at] + bytes(len(rest) - at)
        return self.synced + rest


class Model:
    """A file system with a cache: what is promised, and what is not yet."""

    def __init__(self) -> None:
        self._live: dict[Path, Inode] = {}
        self._durable: dict[Path, Inode] = {}
        self._pending: list[tuple[Path, Inode | None]] = []

    def apply(self, event: Event) -> None:
        getattr(self, f"_{event[0]}", lambda *_: None)(*event[1:])

    def after_cut(self, rng: random.Random) -> dict[Path, bytes]:
        names = dict(self._durable)
        for path, inode in self._pending:
            if rng.random() < 0.5:
                self._name(names, path, inode)
        return {path: inode.after_cut(rng) for path, inode in names.items()}

    def _create(self, path: Path) -> None:
        self._change(path, Inode())

    def _write(self, path: Path, data: bytes) -> None:
        self._live[path].pending.append(data)

    def _sync(self, path: Path) -> None:
        inode = self._live[path]
        inode.synced, inode.pending = inode.synced + b"".join(inode.pending), []

    def _rename(self, source: Path, target: Path) -> None:
        inode = self._live[source]
        self._change(source, None)
        self._change(target, inode)

    def _unlink(self, path: Path) -> None:
        self._change(path, None)

    def _sync_directory(self, directory: Path) -> None:
        for path, inode in self._pending:
            self._name(self._durable, path, inode)
        self._pending = []

    def _change(self, path: Path, inode: Inode | None) -> None:
        self._name(self._live, path, inode)
        self._pending.append((path, inode))

    @staticmethod
    def _name(names: dict[Path, Inode], path: Path, inode: Inode | None) -> None:
        if inode is None:
            names.pop(path, None)
        else:
            names[path] = inode


def record(directory: Path) -> list[Event]:
    """Appends, seals and releases of a busy minute, with what was acknowledged and released when."""
    disk = RecordingDisk()
    log = Log(directory, segment_bytes=1_500, max_backlog_bytes=1 << 20, disk=disk)
    log.open()

    async def send(text: str, signal: Signal) -> None:
        batch = Batch(signal=signal, project="p", received_ns=1, items=2, plain=text.encode())
        seq = await log.append(batch)
        disk.tell("ack", seq, text)

    async def work() -> None:
        for number in range(12):
            signals = [Signal.TRACES, Signal.LOGS, Signal.METRICS, Signal.TRACES]
            await asyncio.gather(*(send(f"{number} {i} {s}" * 9, s) for i, s in enumerate(signals)))
            if number % 3 == 1 and (generation := log.seal()):
                for segment in generation.segments:
                    content = segment.path.read_bytes()
                    disk.tell("releasing", {row.seq for row in framing.walk(content).records})
                log.release(generation)

    asyncio.run(work())
    log.close()
    return disk.events


@pytest.mark.timeout(600)
@pytest.mark.trust("T3")
def test_everything_acknowledged_before_a_power_cut_is_there_afterwards(
    tmp_path: Path, seed: int, figure: Tell, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "fanlight")
    directory = tmp_path / "log"
    events = record(directory)
    rng = random.Random(seed)
    sent = {event[1]: event[2] for event in events if event[0] == "ack"}
    model, acknowledged, released = Model(), set[int](), set[int]()
    cuts = 0
    for event in events:
        model.apply(event)
        if event[0] == "ack":
            acknowledged.add(event[1])
        if event[0] == "releasing":
            released |= event[1]
        for _ in range(6):
            with TemporaryDirectory(dir=MEMORY) as place:
                for path, content in model.after_cut(rng).items():
                    Path(place, path.name).write_bytes(content)
                check(Path(place), sent, acknowledged, released)
            cuts += 1
    figure(
        test="T3", what="power cuts, unflushed writes lost or reordered", target=">= 1,000 cuts, 0 lost",
        value=f"{cuts:,} cuts, 0 lost", ok=cuts >= 1_000,
    )  # fmt: skip


def check(place: Path, sent: dict[int, str], acknowledged: set[int], released: set[int]) -> None:
    log = Log(place, segment_bytes=1_500, max_backlog_bytes=1 << 20, disk=QuickDisk())
    found: list[int] = []
    for generation in log.open():
        for segment in generation.segments:
            content = segment.path.read_bytes()
            walk = framing.walk(content)
            assert (walk.damaged, walk.torn) == ((), len(content))
            for row in walk.records:
                assert framing.decode(content, row, segment.signal).plain.decode() == sent[row.seq]
                found.append(row.seq)
    assert len(found) == len(set(found))
    assert acknowledged - released <= set(found) <= set(sent)
    batch = Batch(signal=Signal.LOGS, project="p", received_ns=1, items=1, plain=b"next")
    assert asyncio.run(log.append(batch)) > max([0, *acknowledged, *found])
    log.close()
