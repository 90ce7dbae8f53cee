"""Times as the API writes them."""

import pytest

from fanlight.query.times import LATEST_NS, bounded, rfc3339, rfc3339_or_none


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "1970-01-01T00:00:00.000000000Z"),
        (1, "1970-01-01T00:00:00.000000001Z"),
        (1_790_000_000_999_999_999, "2026-09-21T14:13:20.999999999Z"),
        (LATEST_NS, "2262-04-11T23:47:16.854775807Z"),
    ],
)
def test_nanoseconds_are_kept(ns: int, text: str) -> None:
    assert rfc3339(ns) == text


def test_zero_and_none_are_not_set() -> None:
    assert (rfc3339_or_none(None), rfc3339_or_none(0)) == (None, None)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ((None, None), (0, LATEST_NS)),
        ((-5, -1), (0, 0)),
        ((7, 2**70), (7, LATEST_NS)),
        ((2**70, None), (LATEST_NS, LATEST_NS)),
        ((3, 9), (3, 9)),
    ],
)
def test_a_window_stays_inside_the_clock_of_the_store(
    given: tuple[int | None, int | None], found: tuple[int, int]
) -> None:
    assert bounded(*given) == found
