"""What goes through the pipes: a head of fixed size and a body that only its last reader opens."""

from __future__ import annotations

import marshal
import struct
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from fanlight.sdk.isolation.ring import Event, Token

HEAD = struct.Struct("<BIQI")
EVENTS, SETUP, CLOSE = 1, 2, 3
MOST_EVENTS = 512
MOST_BYTES = 256 * 1024


class Frame(NamedTuple):
    """Some events in order: the position of the first among all that were sent, how many, the bytes."""

    kind: int
    first: int
    events: int
    data: bytes

    @property
    def last(self) -> int:
        """The position of the last event."""
        return self.first + self.events - 1

    def items(self) -> Any:
        """What is inside."""
        return marshal.loads(memoryview(self.data)[HEAD.size :])  # noqa: S302 - written by the agent itself


def frame(kind: int, first: int, events: int, body: Any) -> Frame:
    """A frame with `body`, which is plain data.

    >>> frame(EVENTS, 1, 2, [["he", "llo"]]).items()
    [['he', 'llo']]
    """
    text = marshal.dumps(body)
    return Frame(kind, first, events, HEAD.pack(kind, len(text), first, events) + text)


def frames_of(entries: Sequence[Token | Event], first: int) -> Iterator[Frame]:
    """Entries of the ring as frames; tokens in a row are one item of many.

    >>> [made.items() for made in frames_of([Token(0, "he"), Token(1, "llo"), Event(2, "on_x", {}, 9)], 1)]
    [[['he', 'llo'], ('on_x', {})]]
    """
    items: list[Any] = []
    count = size = 0
    for entry in entries:
        if type(entry) is Token:
            size += len(entry.text)
            if items and type(items[-1]) is list:
                items[-1].append(entry.text)
            else:
                items.append([entry.text])
        elif type(entry) is Event:
            size += entry.size
            items.append((entry.hook, entry.arguments))
        count += 1
        if count >= MOST_EVENTS or size >= MOST_BYTES:
            yield frame(EVENTS, first, count, items)
            first += count
            items, count, size = [], 0, 0
    if count:
        yield frame(EVENTS, first, count, items)


class Frames:
    """Bytes in, whole frames out.

    >>> made = frame(CLOSE, 0, 0, None)
    >>> reader = Frames()
    >>> reader.feed(made.data[:5]), reader.feed(made.data[5:]) == [made]
    ([], True)
    """

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are whole now."""
        self._rest += data
        found: list[Frame] = []
        at = 0
        while len(self._rest) - at >= HEAD.size:
            kind, length, first, count = HEAD.unpack_from(self._rest, at)
            end = at + HEAD.size + length
            if len(self._rest) < end:
                break
            found.append(Frame(kind, first, count, bytes(self._rest[at:end])))
            at = end
        del self._rest[:at]
        return found
