from __future__ import annotations

import pytest

from fanlight.api.times import parse_time
from fanlight.errors import InvalidError
from fanlight.query.times import LATEST_NS

NOW = 1_790_000_000_123_456_789
S = 10**9


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", NOW),
        ("now-15m", NOW - 900 * S),
        ("now-1h", NOW - 3_600 * S),
        ("now+2d", NOW + 172_800 * S),
        ("now-1w", NOW - 604_800 * S),
        ("2026-09-21T14:13:20.123456789Z", NOW),
        ("2026-09-21T16:13:20.123456789+02:00", NOW),
        ("2026-09-21 14:13:20z", 1_790_000_000 * S),
        ("1970-01-02", 86_400 * S),
        ("1969-12-31T23:59:59.5Z", -S // 2),
        ("9999-12-31", LATEST_NS),
        ("0001-01-01", -LATEST_NS),
        ("now+999999999w", LATEST_NS),
        ("now-999999999w", -LATEST_NS),
    ],
)
def test_times_that_are_understood(text: str, expected: int) -> None:
    assert parse_time(text, NOW) == expected


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "now-1y", "now-", "2026-13-01", "2026-01-01T25:00:00Z", "2026-01-01T10:00", "1e9", "0"],
)
def test_times_that_are_not(text: str) -> None:
    with pytest.raises(InvalidError, match="is no time"):
        parse_time(text, NOW)
