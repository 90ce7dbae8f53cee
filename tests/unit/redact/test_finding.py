"""The library's vector search and the standard library's find the same."""

from __future__ import annotations

import sys

import pytest

from fanlight.redact.finding import PLAIN_BYTES, VECTOR_BYTES, Finder


@pytest.fixture(params=["vector", "plain"])
def is_plain(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if request.param == "plain":
        monkeypatch.setitem(sys.modules, "ahocorasick_rs", None)
    return bool(request.param == "plain")


@pytest.mark.usefixtures("is_plain")
@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", []),
        (b"nothing", []),
        (b"https://x sk-1 sk-", [(5, 1), (10, 0), (15, 0)]),
        # Of those that begin at one place the longest is told; what begins within it is not.
        (b"abcd", [(0, 3)]),
        (b"abd cdab", [(0, 2), (4, 4), (6, 2)]),
        (b"ababab", [(0, 2), (2, 2), (4, 2)]),
    ],
)
def test_literals_are_told_by_their_places(data: bytes, found: list[tuple[int, int]]) -> None:
    assert Finder([b"sk-", b"://", b"ab", b"abc", b"cd"]).find(data) == found


@pytest.mark.usefixtures("is_plain")
def test_of_no_literals_nothing_is_found() -> None:
    assert (Finder([]).find(b"abc"), Finder([]).piece_bytes) == ([], VECTOR_BYTES)


@pytest.mark.parametrize("first", [1, 2, 3])
def test_short_ones_that_are_looked_for_by_themselves_are_told_in_their_order(first: int) -> None:
    # Two searches know nothing of each other: at least the one that begins first is told.
    found = Finder([b"long-one", b"ab", b"abc"], first=first).find(b"ab long-one abc")
    assert [each for each in found if each != (12, 1)] == [(0, 1), (3, 0), (12, 2)]
    assert found == sorted(found)


def test_the_plain_search_looks_through_less_at_once(is_plain: bool) -> None:
    assert Finder([b"a"]).piece_bytes == (PLAIN_BYTES if is_plain else VECTOR_BYTES)
