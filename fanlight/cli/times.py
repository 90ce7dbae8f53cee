"""Times as people write and read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from fanlight.clock import SYSTEM, Clock
from fanlight.errors import InvalidError

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def instant(text: str, *, clock: Clock = SYSTEM) -> str:
    """The RFC 3339 time in UTC that `text` names: an age like `15m`, `now`, or an ISO time.

    An ISO time without a zone is local time.

    Raises:
        InvalidError: `text` is neither.

    Example:
        >>> from fanlight.clock import ManualClock
        >>> instant("90m", clock=ManualClock(wall_ns=1_790_000_000_000_000_000))
        '2026-09-21T12:43:20Z'
        >>> instant("2026-09-21T14:00:00+02:00")
        '2026-09-21T12:00:00Z'
    """
    now = datetime.fromtimestamp(clock.now_ns() / 1e9, UTC)
    if text == "now":
        return _rfc3339(now)
    if age := re.fullmatch(r"(\d{1,6})([smhdw])", text):
        return _rfc3339(now - timedelta(seconds=int(age[1]) * _UNITS[age[2]]))
    try:
        return _rfc3339(datetime.fromisoformat(text).astimezone(UTC))
    except ValueError:
        raise InvalidError(
            f"{text!r} is no time", hint="write 15m, 3h, 7d, now or 2026-11-21T12:00:00"
        ) from None


def _rfc3339(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat() + "Z"


def local_time(text: str | None, *, clock: Clock = SYSTEM) -> str | None:
    """An RFC 3339 time in local time: today's without its date.

    Example:
        >>> local_time(None) is None
        True
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text)).astimezone()
    except ValueError:
        return text
    today = datetime.fromtimestamp(clock.now_ns() / 1e9).astimezone().date()
    return moment.strftime("%H:%M:%S" if moment.date() == today else "%Y-%m-%d %H:%M:%S")


def clock_time(text: str) -> str:
    """The local time of day of an RFC 3339 time, with milliseconds; the text itself when it is none."""
    try:
        return (
            datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
            .astimezone()
            .strftime("%H:%M:%S.%f")[:-3]
        )
    except ValueError:
        return text


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
