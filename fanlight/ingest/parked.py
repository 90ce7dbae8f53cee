"""Parked records: what the engine cannot take, kept aside with its reason until somebody decides.

One file an entry: a line of JSON that says what and why, then the record's bytes as they stood in the log.
Entries survive restarts. Parking the same record again, as a replay after a crash does, changes nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from zlib import crc32

from fanlight.clock import SYSTEM, Clock
from fanlight.errors import ConflictError, NotFoundError
from fanlight.ingest.disk import DISK, Disk, make_directory, replace_file
from fanlight.model.batch import Batch
from fanlight.model.signal import Signal
from fanlight.otlp import framing

logger = logging.getLogger("fanlight.ingest.parked")

_SUFFIX = ".parked"
_REASON_CHARS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One parked record. `items` is 0 and `replayable` False for bytes that are no record any more."""

    name: str
    signal: Signal
    project: str
    reason: str
    items: int
    seq: int
    received_ns: int
    parked_ns: int
    bytes: int
    replayable: bool


class Parked:
    """The parked records of one log, in a directory of their own."""

    def __init__(self, directory: Path, *, disk: Disk = DISK, clock: Clock = SYSTEM) -> None:
        self._directory = directory
        self._disk = disk
        self._clock = clock

    def park(self, signal: Signal, record: bytes, reason: str) -> bool:
        """Keep one whole record of the log; False when it was parked before.

        Raises OSError when it cannot be made durable.
        """
        told = framing.walk(record).records[0]
        return self._keep(
            record,
            Entry(
                name=f"{signal}-{told.seq:020d}",
                signal=signal,
                project=told.project,
                reason=reason[:_REASON_CHARS],
                items=told.items,
                seq=told.seq,
                received_ns=told.received_ns,
                parked_ns=self._clock.now_ns(),
                bytes=len(record),
                replayable=True,
            ),
        )

    def park_damage(self, signal: Signal, content: bytes, *, where: str) -> bool:
        """Keep bytes of a segment that are no record; False when they were parked before.

        Raises OSError when they cannot be made durable.
        """
        return self._keep(
            content,
            Entry(
                name=f"{signal}-damage-{crc32(content):08x}",
                signal=signal,
                project="",
                reason=f"damaged on disk: {where}",
                items=0,
                seq=0,
                received_ns=0,
                parked_ns=self._clock.now_ns(),
                bytes=len(content),
                replayable=False,
            ),
        )

    def list(self) -> list[Entry]:
        """Every entry, the oldest first."""
        entries = [_read(path)[0] for path in self._directory.glob(f"*{_SUFFIX}")]
        return sorted(entries, key=lambda entry: (entry.parked_ns, entry.name))

    def get(self, name: str) -> Entry:
        """One entry. Raises NotFoundError."""
        return _read(self._path(name))[0]

    def record(self, name: str) -> bytes:
        """The bytes that were parked: a valid segment when the entry is replayable. Raises NotFoundError."""
        return _read(self._path(name))[1]

    async def replay(self, name: str, append: Callable[[Batch], Awaitable[int]]) -> int:
        """Send it through the log again, as a new batch with new sequences; the first of them.

        The entry goes once the log has it. A record that still cannot be stored is parked again.

        Raises:
            NotFoundError: there is no such entry.
            ConflictError: it is damaged, so there is nothing to replay.
            OverloadError: the log is full for now; the entry stays.
        """
        entry, content = _read(self._path(name))
        if not entry.replayable:
            raise ConflictError(
                f"{name} is damaged and cannot be replayed", hint="look at it, then discard it"
            )
        seq = await append(framing.decode(content, framing.walk(content).records[0], entry.signal))
        self.discard(name)
        return seq

    def discard(self, name: str) -> Entry:
        """Forget it for good. Raises NotFoundError."""
        entry = self.get(name)
        self._disk.unlink(self._path(name))
        self._disk.sync_directory(self._directory)
        return entry

    def _keep(self, content: bytes, entry: Entry) -> bool:
        path = self._path(entry.name)
        if path.exists():
            return False
        make_directory(self._disk, self._directory)
        replace_file(self._disk, path, [json.dumps(asdict(entry)).encode(), b"\n", content])
        logger.warning("parked %s (%d items of %r): %s", entry.name, entry.items, entry.project, entry.reason)
        return True

    def _path(self, name: str) -> Path:
        if Path(name).name != name:
            raise NotFoundError(f"no parked record {name!r}", hint="fanlight doctor lists them")
        return self._directory / f"{name}{_SUFFIX}"


def _read(path: Path) -> tuple[Entry, bytes]:
    try:
        line, _, content = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        raise NotFoundError(f"no parked record {path.stem!r}", hint="fanlight doctor lists them") from None
    told = json.loads(line)
    return Entry(**{**told, "signal": Signal(told["signal"])}), content
