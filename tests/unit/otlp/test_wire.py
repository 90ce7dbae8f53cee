"""Groups on the wire: nobody has sent them for years, and they are skipped whole."""

from __future__ import annotations

import pytest

from fanlight.otlp.wire import WireError, fields

OPEN_1, CLOSE_1, OPEN_2, CLOSE_2 = "0b", "0c", "13", "14"
VARINT, TEXT, FIXED = "1805", "22 03 616263", "29 0102030405060708"


@pytest.mark.parametrize(
    "group",
    [
        f"{OPEN_1} {CLOSE_1}",
        f"{OPEN_1} {VARINT} {TEXT} {FIXED} {CLOSE_1}",
        f"{OPEN_1} {OPEN_2} {CLOSE_2} {VARINT} {OPEN_2} {TEXT} {CLOSE_2} {CLOSE_1}",
        f"{OPEN_1} {OPEN_1} {OPEN_1} {CLOSE_1} {CLOSE_1} {CLOSE_1}",
        f"{OPEN_1} 22 01 0c {CLOSE_1}",
        OPEN_1 * 64 + CLOSE_1 * 64,
    ],
)
def test_a_group_is_one_field_whatever_is_in_it(group: str) -> None:
    data = bytes.fromhex(group)
    behind = bytes.fromhex(VARINT)
    assert list(fields(data + behind)) == [
        (1, 3, 0, 1, len(data)),
        (3, 0, len(data), len(data) + 1, len(data) + 2),
    ]


@pytest.mark.parametrize(
    ("group", "message"),
    [
        (f"{OPEN_1} {CLOSE_2}", "group 2 ends at byte 2 and was not open"),
        (f"{OPEN_1} {OPEN_2} {CLOSE_1} {CLOSE_2}", "group 1 ends at byte 3 and was not open"),
        (f"{OPEN_1} {VARINT}", "a number without an end at byte 3"),
        (f"{OPEN_1} 22 09 {CLOSE_1}", "a group without an end"),
        (f"{OPEN_1} 29 01 {CLOSE_1}", "a group without an end"),
        (f"{OPEN_1} 1f {CLOSE_1}", "wire type 7 at byte 2"),
        (OPEN_1 * 65 + CLOSE_1 * 65, "groups nested too deep"),
        (CLOSE_1, "wire type 4 at byte 1"),
    ],
)
def test_a_group_that_does_not_end_as_it_should_is_no_protobuf(group: str, message: str) -> None:
    with pytest.raises(WireError, match=f"^{message}$"):
        list(fields(bytes.fromhex(group)))
