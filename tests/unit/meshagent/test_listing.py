"""Pages from the newest back: every item on one page and on one alone, in order, however it is cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fanlight.query.meshagent import listing
from fanlight.query.meshagent.listing import newest
from fanlight.query.page import decode_cursor

START = (10**9, "")


def pages(rows: Sequence[tuple[Any, ...]], limit: int) -> list[list[str]]:
    newest_first = sorted(rows, reverse=True)
    place: tuple[Any, ...] = START
    found = []
    while True:
        page = newest(
            lambda place, limit: [row for row in newest_first if row[:2] < place][:limit],
            lambda row: row[1],
            noun="rows",
            start=place,
            limit=limit,
        )
        found.append(page.items)
        if page.next is None:
            return found
        place = decode_cursor(page.next, "rows", int, str)


@given(times=st.lists(st.integers(0, 20), max_size=40), limit=st.integers(1, 50), step=st.integers(1, 7))
def test_every_item_is_on_one_page_and_pages_are_in_order(times: list[int], limit: int, step: int) -> None:
    rows = [(time, f"{number:03}", "text") for number, time in enumerate(times)]
    before, listing.STEP = listing.STEP, step
    try:
        found = pages(rows, limit)
    finally:
        listing.STEP = before
    assert [each for page in reversed(found) for each in page] == [row[1] for row in sorted(rows)]
    assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)


def test_a_page_with_too_much_text_ends_earlier_and_the_next_one_goes_on() -> None:
    long = "x" * (listing.MOST_CHARACTERS // 2 + 1)
    rows = [(time, str(time), long) for time in range(5)]
    assert pages(rows, 100) == [["3", "4"], ["1", "2"], ["0"]]
