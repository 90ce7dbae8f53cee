"""Moments as people and programs write them: RFC 3339, to the nanosecond."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_RFC_3339 = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
NS = 10**9


def read_instant(text: str) -> int | None:
    """Nanoseconds since 1970 of a moment in RFC 3339; None when the text is none.

    Example:
        >>> read_instant("1970-01-01T01:00:01.5+01:00"), read_instant("yesterday")
        (1500000000, None)
    """
    found = _RFC_3339.fullmatch(text)
    if found is None:
        return None
    date, clock, fraction, zone = found.groups()
    try:
        at = datetime.fromisoformat(f"{date}T{clock}{zone.upper()}").astimezone(UTC)
        return int(at.timestamp()) * NS + int((fraction or "").ljust(9, "0"))
    except (ValueError, OverflowError):
        return None
