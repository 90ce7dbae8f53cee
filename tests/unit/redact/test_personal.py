"""Where personal data may lie in many texts at once: only what could be of a kind that is asked for."""

from __future__ import annotations

import pytest

from fanlight.redact.personal import CARD, EMAIL, IBAN, PHONE, Personal

DATA = b"a@b 4111 1111-1111 x@y 123456 tel 030/1234567 v1.2.3.4.5.6.7 z"


NUMBERS = [b"4111 111", b"1234567", b"1.2.3.4.5.6.7"]


@pytest.mark.parametrize(
    ("kinds", "found"),
    [
        ([], []),
        ([EMAIL], [b"@", b"@"]),
        ([CARD], NUMBERS),
        ([PHONE], NUMBERS),
        ([IBAN], NUMBERS),
        ([IBAN, EMAIL], [b"@", b"@", *NUMBERS]),
    ],
)
def test_only_what_can_be_of_the_kinds_is_a_place_to_look_at(kinds: list[str], found: list[bytes]) -> None:
    assert [DATA[start:end] for start, end in Personal(kinds).ranges(DATA)] == found
