"""Cursors: opaque, versioned, of one list."""

import base64

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.errors import InvalidError
from fanlight.query.page import check_limit, decode_cursor, encode_cursor


@given(st.integers(-(2**63), 2**64 - 1), st.text(max_size=100))
def test_a_cursor_gives_back_its_key(at: int, name: str) -> None:
    assert decode_cursor(encode_cursor("runs", at, name), "runs", int, str) == (at, name)


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(value)).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "!!!!",
        "é",
        "AAAA",
        "a" * 600,
        encode_cursor("logs desc", 1, 2),
        encode_cursor("runs", "1", "a"),
        encode_cursor("runs", 1),
        encode_cursor("runs", 1, "a", "b"),
        packed((2, "runs", 1, "a")),
        packed({"v": 1}),
        packed(5),
        packed((1, "runs", True, "a")),
        encode_cursor("runs", 1, "a")[:-1],
        encode_cursor("runs", 1, "a") + "A",
        encode_cursor("runs", 1, "a") + "=",
    ],
)
def test_a_cursor_that_is_not_of_this_list_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidError, match="is no cursor of runs; start again without a cursor"):
        decode_cursor(cursor, "runs", int, str)


@given(st.text(max_size=80))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        decode_cursor(text, "runs", int, str)


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_has_one_to_a_thousand_items(limit: int) -> None:
    with pytest.raises(InvalidError, match="ask for 1 to 1000 items"):
        check_limit(limit)
    assert check_limit(1000) == 1000
