"""The bytes of all requests that are being received right now."""

from __future__ import annotations

from collections import Counter
from types import TracebackType

from fanlight.errors import OverloadError
from fanlight.ingest.fairness import may_hold


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
        self.by_project: Counter[str] = Counter()

    def hold(self, project: str = "") -> Hold:
        """What one request of a project holds; given back when its `with` block ends."""
        return Hold(self, project)


class Hold:
    """The bytes of one request."""

    __slots__ = ("_bytes", "_inflight", "_project")

    def __init__(self, inflight: Inflight, project: str) -> None:
        self._inflight = inflight
        self._project = project
        self._bytes = 0

    def add(self, count: int) -> None:
        """Hold `count` more bytes. Raises OverloadError when all requests together would hold too many."""
        inflight = self._inflight
        # One request alone always gets through, or the largest allowed one never would.
        if not self._has_room(count) and inflight.bytes > self._bytes:
            raise OverloadError(
                f"{inflight.bytes} bytes of other requests are being received",
                hint="send it again in a second",
            )
        inflight.bytes += count
        inflight.by_project[self._project] += count
        self._bytes += count

    def _has_room(self, count: int) -> bool:
        inflight = self._inflight
        if not self._project:  # where resources name their own, all are one
            return inflight.bytes + count <= inflight.max_bytes
        held = inflight.by_project[self._project]
        return may_hold(held, count, used=inflight.bytes, most=inflight.max_bytes)

    def __enter__(self) -> Hold:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        inflight = self._inflight
        inflight.bytes -= self._bytes
        inflight.by_project[self._project] -= self._bytes
        if not inflight.by_project[self._project]:
            del inflight.by_project[self._project]
        self._bytes = 0
