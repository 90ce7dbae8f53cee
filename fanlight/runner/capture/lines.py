"""Bytes into lines, in bounded memory whatever is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MAX_LINE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class RawLine:
    """A line without its end. `cut_bytes` of it followed `data` and are gone."""

    data: bytes
    cut_bytes: int = 0


class Splitter:
    r"""Cuts a stream at each newline; of a longer line the first `limit` bytes are kept.

    Example:
        >>> splitter = Splitter(limit=4)
        >>> list(splitter.feed(b"one\r\ntw")), list(splitter.feed(b"elve\nx"))
        ([RawLine(data=b'one', cut_bytes=0)], [RawLine(data=b'twel', cut_bytes=2)])
        >>> list(splitter.close())
        [RawLine(data=b'x', cut_bytes=0)]
    """

    def __init__(self, limit: int = MAX_LINE_BYTES) -> None:
        self._limit = limit
        self._kept = bytearray()
        self._cut = 0

    def feed(self, data: bytes) -> Iterator[RawLine]:
        """Lines that are whole by now."""
        start = 0
        while (end := data.find(b"\n", start)) >= 0:
            self._add(data, start, end)
            yield self._take()
            start = end + 1
        self._add(data, start, len(data))

    def close(self) -> Iterator[RawLine]:
        """The last line, when it has no newline."""
        if self._kept or self._cut:
            yield self._take()

    def _add(self, data: bytes, start: int, end: int) -> None:
        room = self._limit - len(self._kept)
        self._kept += data[start : min(end, start + room)]
        self._cut += max(0, end - start - room)

    def _take(self) -> RawLine:
        kept, cut = bytes(self._kept), self._cut
        self._kept.clear()
        self._cut = 0
        return RawLine(kept if cut else kept.removesuffix(b"\r"), cut)
