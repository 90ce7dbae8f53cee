"""Times of the API: RFC 3339 in UTC with nanoseconds."""

from __future__ import annotations

from datetime import UTC, datetime

NS = 1_000_000_000

EARLIEST_NS = 0
LATEST_NS = 2**63 - 1
"""The bounds of a question that names none, as the store's 64-bit clock has them."""


def rfc3339(ns: int) -> str:
    """Nanoseconds since 1970 as text.

    Example:
        >>> rfc3339(1_790_000_000_123_456_789)
        '2026-09-21T14:13:20.123456789Z'
    """
    seconds, rest = divmod(ns, NS)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def nanoseconds(text: str) -> int:
    """What `rfc3339` made text of.

    Example:
        >>> nanoseconds(rfc3339(1_790_000_000_123_456_789))
        1790000000123456789
    """
    seconds, _, rest = text.removesuffix("Z").partition(".")
    return int(datetime.fromisoformat(f"{seconds}+00:00").timestamp()) * NS + int(rest)


def rfc3339_or_none(ns: int | None) -> str | None:
    """As `rfc3339`; None and 0, which OTLP uses for "not set", stay None."""
    return rfc3339(ns) if ns else None


def bounded(since_ns: int | None, until_ns: int | None) -> tuple[int, int]:
    """The window [since, until) with open ends closed and both ends inside the store's clock."""
    since = EARLIEST_NS if since_ns is None else since_ns
    until = LATEST_NS if until_ns is None else until_ns
    return inside(since), inside(until)


def inside(ns: int) -> int:
    """`ns`, or the nearer end of the store's clock: in 64 bits a later time would be an early one."""
    return min(max(ns, EARLIEST_NS), LATEST_NS)
