"""Times as people write and read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from fanlight.clock import SYSTEM, Clock
from fanlight.errors import InvalidError


def instant(text: str) -> str:
    """The time that `text` names, in the server's words: an age like `15m`, `now`, or an ISO time.

    An ISO time without a zone is local time.

    Raises:
        InvalidError: `text` is neither.

    Example:
        >>> instant("90m"), instant("now"), instant("2026-09-21T14:00:00+02:00")
        ('now-90m', 'now', '2026-09-21T12:00:00Z')
    """
    if re.fullmatch(r"\d{1,9}[smhdw]", text):
        return f"now-{text}"
    if text == "now":
        return text
    try:
        return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    except ValueError:
        raise InvalidError(
            f"{text!r} is no time", hint="write 15m, 3h, 7d, now or 2026-11-21T12:00:00"
        ) from None


def local_time(text: str | None, *, clock: Clock = SYSTEM) -> str | None:
    """An RFC 3339 time in local time, short enough for a column: of today the clock, else the date too.

    Example:
        >>> local_time(None) is None, local_time("2001-02-03T12:00:00.123456789Z")
        (True, '2001-02-03')
    """
    if text is None:
        return None
    try:
        moment = _parse(text)
    except ValueError:
        return text
    today = datetime.fromtimestamp(clock.now_ns() / 1e9).astimezone()
    if moment.date() == today.date():
        return moment.strftime("%H:%M:%S")
    return moment.strftime("%m-%d %H:%M" if moment.year == today.year else "%Y-%m-%d")


def full_time(text: str) -> str:
    """An RFC 3339 time as local date and time; the text itself when it is none."""
    try:
        return _parse(text).strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return text


def clock_time(text: str) -> str:
    """The local time of day of an RFC 3339 time, with milliseconds; the text itself when it is none."""
    try:
        return _parse(text).strftime("%H:%M:%S.%f")[:-3]
    except ValueError:
        return text


def _parse(text: str) -> datetime:
    # Nanoseconds are more than a datetime holds.
    return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text)).astimezone()


def span_of(duration_ns: float | None) -> str | None:
    """A length of time, short enough for a column.

    Example:
        >>> [span_of(n) for n in (None, 480, 12e3, 3.4e6, 2.345e9, 125e9, 7260e9)]
        [None, '480 ns', '12 µs', '3.4 ms', '2.35 s', '2 m 05 s', '2 h 01 m']
    """
    if duration_ns is None:
        return None
    if duration_ns < 1e3:
        return f"{duration_ns:.0f} ns"
    if duration_ns < 1e6:
        return f"{duration_ns / 1e3:.0f} µs"
    if duration_ns < 1e9:
        return f"{duration_ns / 1e6:.3g} ms" if duration_ns < 99.5e6 else f"{duration_ns / 1e6:.0f} ms"
    if duration_ns < 60e9:
        return f"{duration_ns / 1e9:.3g} s"
    minutes, seconds = divmod(round(duration_ns / 1e9), 60)
    if minutes < 60:
        return f"{minutes} m {seconds:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} m"


def interval_text(at: str, every: str, tz: str) -> str:
    """When an interval of `every` began, by the clock of `tz`: a day or a week by its date.

    Example:
        >>> interval_text("2026-09-20T22:00:00Z", "day", "Europe/Oslo")
        '2026-09-21'
        >>> interval_text("2026-09-20T22:00:00.000000000Z", "hour", "UTC")
        '2026-09-20 22:00'
    """
    from zoneinfo import ZoneInfo

    began = datetime.fromisoformat(f"{at[:19]}+00:00").astimezone(ZoneInfo(tz))
    return f"{began:%Y-%m-%d}" if every in {"day", "week"} else f"{began:%Y-%m-%d %H:%M}"
