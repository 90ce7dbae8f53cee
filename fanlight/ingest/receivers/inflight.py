"""The bytes of all requests that are being received right now."""

from __future__ import annotations

from types import TracebackType

from fanlight.errors import OverloadError


class Inflight:
    """A bound on memory: whoever wants to hold bytes asks first. Used in the event loop's thread only.

    Example:
        >>> inflight = Inflight(100)
        >>> with inflight.hold() as held:
        ...     held.add(60)
        ...     inflight.bytes
        60
        >>> inflight.bytes
        0
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0

    def hold(self) -> Hold:
        """What one request holds; given back when its `with` block ends."""
        return Hold(self)


class Hold:
    """The bytes of one request."""

    __slots__ = ("_bytes", "_inflight")

    def __init__(self, inflight: Inflight) -> None:
        self._inflight = inflight
        self._bytes = 0

    def add(self, count: int) -> None:
        """Hold `count` more bytes. Raises OverloadError when all requests together would hold too many."""
        inflight = self._inflight
        # One request alone always gets through, or the largest allowed one never would.
        if inflight.bytes + count > inflight.max_bytes and inflight.bytes > self._bytes:
            raise OverloadError(
                f"{inflight.bytes} bytes of other requests are being received",
                hint="send it again in a second",
            )
        inflight.bytes += count
        self._bytes += count

    def __enter__(self) -> Hold:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._inflight.bytes -= self._bytes
        self._bytes = 0
