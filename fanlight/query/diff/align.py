"""The longest common subsequence of two lists, exactly, also of long ones.

The table of lengths is kept as one bit vector a row (Hyyrö's form of Allison and Dix): a row costs a few
operations on one big integer, so that 10,000 against 10,000 take a tenth of a second and 12 MB. The bound is
what an analysis reads of a run: 20,000 steps, which take 50 MB for a moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def align(a: Sequence[Any], b: Sequence[Any]) -> list[tuple[int, int]]:
    """Places (i, j) with a[i] == b[j], ascending in both, as many as there can be.

    The items are compared and sorted, so they have to be of one kind. Which of several longest ones is found
    does not depend on the order of the arguments.

    Example:
        >>> align("plan search answer".split(), "plan think search".split())
        [(0, 0), (1, 2)]
        >>> align("ab", "ba") == [(i, j) for j, i in align("ba", "ab")]
        True
    """
    if list(b) < list(a):
        return [(i, j) for j, i in _aligned(b, a)]
    return _aligned(a, b)


def _aligned(a: Sequence[Any], b: Sequence[Any]) -> list[tuple[int, int]]:
    begin = 0
    while begin < min(len(a), len(b)) and a[begin] == b[begin]:
        begin += 1
    end = 0
    while end < min(len(a), len(b)) - begin and a[-1 - end] == b[-1 - end]:
        end += 1
    middle = _longest(a[begin : len(a) - end], b[begin : len(b) - end])
    return [
        *((place, place) for place in range(begin)),
        *((begin + i, begin + j) for i, j in middle),
        *((len(a) - place, len(b) - place) for place in range(end, 0, -1)),
    ]


def _longest(a: Sequence[Any], b: Sequence[Any]) -> list[tuple[int, int]]:
    if not a or not b:
        return []
    rows = _rows(a, b)
    found: list[tuple[int, int]] = []
    i, j = len(a), len(b)
    while i and j:
        if rows[j - 1] >> (i - 1) & 1:
            i -= 1  # a[i - 1] adds nothing to what the rows up to here have in common.
        elif j > 1 and not rows[j - 2] >> (i - 1) & 1:
            j -= 1  # It added as much one row before.
        else:
            i, j = i - 1, j - 1
            found.append((i, j))
    return found[::-1]


def _rows(a: Sequence[Any], b: Sequence[Any]) -> list[int]:
    """For each item of `b` the bits of `a`: 0 where the common subsequence grows by one."""
    places: dict[Any, int] = {}
    for place, item in enumerate(a):
        places[item] = places.get(item, 0) | 1 << place
    every = (1 << len(a)) - 1
    row = every
    rows = []
    for item in b:
        matches = row & places.get(item, 0)
        row = (row + matches | row - matches) & every
        rows.append(row)
    return rows
