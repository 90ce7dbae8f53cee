"""Lists that a client without a word for pages gets whole, as long as they are not too long.

MeshAgent's own routes have no pages: its clients take the first answer for everything there is. So the first
page is a long one, of the newest items in order of time, and `next` leads to those before them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fanlight.query.page import Page, encode_cursor

MOST = 10_000
"""Items of a page. Each page of less than MOST is as long as was asked."""

STEP = 500
"""Rows of the first question. How long they are says how many the next one may give."""

MOST_CHARACTERS = 16_000_000
"""Of text in one page; with more than that it ends earlier."""

LONGEST = 4_096
"""Characters of one text in a list."""

Rows = Sequence[Sequence[Any]]


def newest(
    read: Callable[[tuple[Any, ...], int], Rows],
    shape: Callable[[Sequence[Any]], Any],
    *,
    noun: str,
    start: tuple[Any, ...],
    limit: int,
) -> Page:
    """Up to `limit` items strictly behind the place `start`, oldest first, and the cursor to those before.

    `read(place, limit)` gives rows behind a place, newest first; their first columns are their place.

    Example:
        >>> times = [(9,), (7,), (5,)]
        >>> page = newest(lambda place, limit: [t for t in times if t < place][:limit], lambda row: row[0],
        ...     noun="times", start=(99,), limit=2)
        >>> page.items, page.next == encode_cursor("times", 7)
        ([7, 9], True)
    """
    place, left, rows = start, MOST_CHARACTERS, list[Sequence[Any]]()
    step, more = STEP, True
    while more and len(rows) < limit and left > 0:
        wanted = min(step, limit - len(rows))
        found = read(place, wanted + 1)
        more = len(found) > wanted
        for row in found[:wanted]:
            rows.append(row)
            left -= _characters(row)
            if left <= 0:
                more = more or row is not found[-1]
                break
        place = tuple(rows[-1][: len(start)]) if rows else start
        # Each question reads all of a session, so that there should be few.
        step = max(STEP, left * len(rows) // (MOST_CHARACTERS - left + 1))
    items = [shape(row) for row in reversed(rows)]
    return Page(items=items, next=encode_cursor(noun, *place) if more else None)


def cut(text: str) -> str:
    """The beginning of a long text, marked as such.

    Example:
        >>> cut("abc"), cut("a" * 5_000)[-3:]
        ('abc', 'aa…')
    """
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _characters(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    return sum(map(_characters, value)) if isinstance(value, list | tuple) else 0
