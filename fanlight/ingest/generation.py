"""A generation of the log: the segments that are stored and announced together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from fanlight.ingest.segment import OpenSegment
from fanlight.model.signal import Signal
from fanlight.otlp.container import Container
from fanlight.store.contract import Segment

Stream = tuple[Signal, Container]
"""What shares a file: one signal in one container."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """Segments that are stored and announced together.

    `last_seq` is the highest sequence of their items; behind it lies a block of 2^20 sequences from
    `summary_seq` on, for run summaries. Both ends are below the first sequence of the next generation.

    A generation without segments is a block alone. Those that an earlier process left share one block, behind
    the last of them: a reader may have been told of a later sequence before that process ended.
    """

    segments: tuple[Segment, ...]
    summary_seq: int
    last_seq: int
    bytes: int
    held: Mapping[str, int] = field(default_factory=dict)
    """Bytes of batches by project, of what this process took."""


@dataclass(slots=True, kw_only=True)
class OpenGeneration:
    """A generation in the making. `summary_seq` is known once it has ended."""

    first_seq: int
    summary_seq: int = 0
    files: dict[Stream, OpenSegment] = field(default_factory=dict)
    held: Counter[str] = field(default_factory=Counter)

    @property
    def bytes(self) -> int:
        return sum(file.kept for file in self.files.values())

    def close(self) -> Generation | None:
        """Raises OSError when a doubtful end cannot be cut off; it may be called again."""
        segments = tuple(segment for file in self.files.values() if (segment := file.close()))
        last_seq = max((file.last_seq for file in self.files.values()), default=0)
        if not segments:
            return None
        return Generation(
            segments=segments,
            summary_seq=self.summary_seq,
            last_seq=last_seq,
            bytes=self.bytes,
            held=dict(self.held),
        )
