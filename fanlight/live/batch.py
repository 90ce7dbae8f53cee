"""What a reader of the live stream is handed: a batch of events, or word of a gap."""

from __future__ import annotations

from dataclasses import dataclass, field

from fanlight.model.event import Event


@dataclass(frozen=True, slots=True)
class Batch:
    """Events in ascending order of seq, at least one. Readers of the same topics share one."""

    events: tuple[Event, ...]
    _json: list[bytes] = field(default_factory=list, repr=False, compare=False)

    @property
    def seq(self) -> int:
        """The seq of the last event: whoever has this batch has everything up to here."""
        return self.events[-1].seq

    def json(self) -> bytes:
        """The payloads as one JSON array; made once, however many readers send it."""
        if not self._json:
            self._json.append(b"[" + b",".join(event.payload for event in self.events) + b"]")
        return self._json[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Events behind `after` cannot be given; the stream goes on behind `upto`. `reason` says why.

    `missed` is how many of them the store has for this reader; None when nobody can tell.
    """

    reason: str
    after: int
    upto: int
    missed: int | None = None


def split(events: list[Event], *, max_events: int, max_bytes: int) -> list[tuple[Event, ...]]:
    """`events` in parts of at most `max_events` and `max_bytes` of payload; a larger event stands alone.

    Example:
        >>> events = [Event(seq=n, topics=frozenset(), payload=b"x" * 10, type="log") for n in range(5)]
        >>> [len(part) for part in split(events, max_events=3, max_bytes=20)]
        [2, 2, 1]
    """
    parts: list[tuple[Event, ...]] = []
    part: list[Event] = []
    size = 0
    for event in events:
        if part and (len(part) == max_events or size + len(event.payload) > max_bytes):
            parts.append(tuple(part))
            part, size = [], 0
        part.append(event)
        size += len(event.payload)
    if part:
        parts.append(tuple(part))
    return parts
