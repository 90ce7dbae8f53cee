"""Times in questions: RFC 3339, or counted from now."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from fanlight.errors import InvalidError
from fanlight.query.times import LATEST_NS

_UNITS_NS = {"s": 10**9, "m": 60 * 10**9, "h": 3_600 * 10**9, "d": 86_400 * 10**9, "w": 604_800 * 10**9}
_RELATIVE = re.compile(r"now(?:([+-])(\d{1,9})([smhdw]))?")
_ABSOLUTE = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2}))?"
)


def parse_time(text: str, now_ns: int) -> int:
    """Nanoseconds since 1970 of `now`, `now-1h` (units s m h d w), RFC 3339, or a date in UTC.

    What 64 bits cannot hold is the nearest that they can: the store would take 9999-12-31 for a day in 1816.

    Raises:
        InvalidError: `text` is none of these.

    Example:
        >>> parse_time("now-1h", 7_200 * 10**9) // 10**9
        3600
        >>> parse_time("1970-01-01T00:00:01.5Z", 0)
        1500000000
    """
    return max(-LATEST_NS, min(_nanoseconds(text, now_ns), LATEST_NS))


def parse_time_or_none(text: str | None, now_ns: int) -> int | None:
    """As `parse_time`; None and an empty text are no bound."""
    return parse_time(text, now_ns) if text else None


def _nanoseconds(text: str, now_ns: int) -> int:
    relative = _RELATIVE.fullmatch(text.strip())
    if relative is not None:
        sign, count, unit = relative.groups()
        return now_ns if sign is None else now_ns + int(sign + count) * _UNITS_NS[unit]
    absolute = _ABSOLUTE.fullmatch(text.strip())
    if absolute is not None:
        date, clock, fraction, zone = absolute.groups()
        try:
            at = datetime.fromisoformat(f"{date}T{clock or '00:00:00'}{(zone or 'Z').upper()}")
            return int(at.astimezone(UTC).timestamp()) * 10**9 + int((fraction or "").ljust(9, "0"))
        except (ValueError, OverflowError):
            pass
    raise InvalidError(f"{text[:60]!r} is no time", hint="use RFC 3339 (2026-01-31T10:00:00Z) or now-1h")
