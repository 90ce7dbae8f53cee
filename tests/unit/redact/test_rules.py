"""What is masked in a text, at equal length, and what stays."""

from __future__ import annotations

import json
import time

import pytest

from fanlight.redact import rules as rules_module
from fanlight.redact.finding import VECTOR_BYTES
from fanlight.redact.personal import KINDS
from fanlight.redact.rules import MOST_TRIES, Rules, mask_text

ALL = Rules(["hunter2-hunter2", "kitten"], KINDS)


def masked(text: str, rules: Rules = ALL) -> str:
    return mask_text(text.encode(), rules).decode()


@pytest.mark.parametrize(
    "value",
    [
        "4111 1111 1111 1111", "4111-1111-1111-1111", "5555555555554444", "378282246310005", "30569309025904",
        "ann@example.org", "Änn.o'neill+x@mail.example.co.uk", "+49 30 1234567", "+1 (555) 010-9999",
        "(555) 010-9999", "555-010-9999", "030 1234567", "DE89 3704 0044 0532 0130 00",
        "GB29NWBK60161331926819", "NO9386011117947",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "around", ["{}", "to {}, please", "<{}>", '{{"is": "{}"}}', "line\n{}\nline", "\\n{}\\n"]
)
def test_personal_data_is_masked_whatever_stands_around_it(value: str, around: str) -> None:
    assert masked(around.format(value)) == around.format("*" * len(value.encode()))


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112", "order 1234567890123", "2026-11-21T18:30:00.123456789Z", "1790000000000000000",
        "a4111111111111111b", "DE88370400440532013000", "10.0.0.1", "v1.2.3-4567890", "x @ y", "@decorator",
        "3.14159265358979", "+1", "ORDER 555", "550e8400-e29b-41d4-a716-446655440000", "pi@", "a@b",
        "1-2-3-4-5-6-7", "0123456789abcdef0123456789abcdef", "a4111111111111111 \\n",
    ],
)  # fmt: skip
def test_what_only_looks_a_little_like_personal_data_stays(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    "number",
    [
        "4222222222222", "4000000000000000006", "2223003122003222", "3530111333300000", "6011111111111117",
        "6205500000000000004", "36227206271667", "371449635398431", "341111111111111",
    ],
)  # fmt: skip
def test_cards_have_as_many_digits_as_their_issuer_gives_them(number: str) -> None:
    assert masked(number) == "*" * len(number)
    assert masked(number[:-1]) == number[:-1]
    assert masked(f"{number} 12") == "*" * len(number) + " 12"
    assert masked(f"6 {number}") == "6 " + "*" * len(number)


def test_what_follows_a_number_behind_a_space_is_no_part_of_it() -> None:
    assert masked("DE89 3704 0044 0532 0130 00 AB") == "*" * 27 + " AB"
    assert masked("XX89 DE89370400440532013000") == "XX89 " + "*" * 22
    assert masked("ZZ89370400440532013000") == "ZZ89370400440532013000"


def test_the_letter_of_an_escape_is_no_part_of_an_address() -> None:
    assert masked("\\u00e4nn@example.org") == "\\u00e4" + "*" * 14
    assert masked("\\nann@example.org") == "\\n" + "*" * 15
    assert masked("uann@example.org") == "*" * 16


def test_each_kind_is_masked_only_where_it_is_asked_for() -> None:
    text = "ann@example.org pays by 4111 1111 1111 1111"
    assert masked(text, Rules(personal=["email"])) == "*************** pays by 4111 1111 1111 1111"
    assert masked(text, Rules(personal=["card"])) == "ann@example.org pays by *******************"
    assert masked(text, Rules()) == text


def test_json_can_still_be_read_when_something_in_it_was_masked() -> None:
    text = json.dumps(
        {
            "card": 4111111111111111,
            "said": '\n"ann@example.org"\tsk-123456abcdef\nann@example.org',
            "all": [4111111111111111],
        }
    )
    assert json.loads(masked(text)) == {
        "card": 9999999999999999,
        "said": '\n"***************"\t***************\n***************',
        "all": [9999999999999999],
    }


@pytest.mark.parametrize("escape", ["\\n", "\\t", "\\r", "\\u0022", "%20", "%22", '\\"', "=", "key:"])
def test_a_token_behind_an_escape_is_one(escape: str) -> None:
    assert masked(f"x{escape}sk-123456abcdef") == f"x{escape}***************"


def test_a_private_key_is_masked_whole_in_whatever_way_its_lines_end() -> None:
    begin, end = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
    key = f"{begin}\nProc-Type: 4,ENCRYPTED\n\nMIIB+/=\nAAAA\n{end}"
    for text in (key, json.dumps(key)[1:-1], key.replace("\n", "\r\n")):
        assert masked(f"a {text} b") == f"a {'*' * len(text)} b"
    # A text that was cut.
    assert masked("-----BEGIN PRIVATE KEY-----\nMIIBAAAA") == "*" * 36


def test_a_key_of_an_attribute_keeps_words_and_personal_data_and_loses_secrets() -> None:
    def key(text: str) -> list[str]:
        return [kind for _, _, kind in ALL.search(text.encode()).places(0, len(text), is_key=True)]

    assert [key("kitten.mood"), key("ann@example.org"), key("x.hunter2-hunter2"), key("sk-123456abcdef")] == [
        [], [], ["secret"], ["token"],
    ]  # fmt: skip


def test_what_overlaps_is_masked_and_counted_once() -> None:
    rules = Rules(["sk-123456abcdef", "abcdefghij"])
    text = b"sk-123456abcdefghij!"
    assert rules.search(text).places(0, len(text)) == [(0, 19, "secret")]
    assert mask_text(text, rules) == b"*" * 19 + b"!"


@pytest.mark.parametrize(
    "piece",
    [
        "sk-",
        " sk-",
        "eyJ",
        "-eyJ",
        "://a:",
        "-----BEGIN PRIVATE KEY-----",
        "a@",
        "1 ",
        "+1",
        "Bearer ",
        "AA11",
        "SG.",
    ],
)
def test_a_flood_of_beginnings_takes_time_by_its_length_alone(piece: str) -> None:
    def took_s(characters: int) -> float:
        text = (piece * (characters // len(piece))).encode()
        took = []
        for _ in range(3):
            began = time.process_time()
            mask_text(text, ALL)
            took.append(time.process_time() - began)
        return min(took)

    # Eight times the text; what went over it again and again would take sixty times.
    assert took_s(32_000) < 24 * max(took_s(4_000), 0.001)


def test_behind_too_many_beginnings_a_text_is_masked_whole() -> None:
    text = b" sk-" * (MOST_TRIES + 1_000)
    found = Rules().search(text)
    assert found.places(0, len(text)) == [(0, len(text), "token")]
    assert found.places(0, 4) == [(0, 4, "token")]
    assert Rules().search(b"plain" * 1_000_000).ranges() == []


def test_behind_too_many_beginnings_a_request_is_looked_at_closely_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules_module, "MOST_TRIES", 2)
    tokens = b"sk-123456 sk-123456 sk-123456 the rest"
    assert Rules().search(tokens[:19]).ranges() == [(0, 1), (10, 11)]
    assert Rules().search(tokens).ranges() == [(0, 1), (10, 11), (20, 38)]
    assert Rules().search(tokens).places(0, 38) == [(0, 38, "token")]
    assert Rules().search(tokens).places(0, 19) == [(0, 9, "token"), (10, 19, "token")]
    addresses = Rules(personal=["email"]).search(b"a@b a@b a@b a@b, and so on")
    assert addresses.ranges() == [(1, 2), (5, 6), (9, 26)]
    # What was declared is found whatever else there is.
    assert Rules(["kitten"]).search(tokens + b"kitten").ranges() == [(0, 1), (10, 11), (20, 44), (38, 39)]


@pytest.mark.parametrize("before", range(VECTOR_BYTES - 22, VECTOR_BYTES + 3))
def test_a_long_text_is_looked_through_in_pieces_and_nothing_is_lost_between_them(before: int) -> None:
    rules = Rules(["hunter2-hunter2"])
    text = b"." * before + b" sk-123456abcdef hunter2-hunter2 " + b"." * (VECTOR_BYTES + 9)
    search = rules.search(text)
    assert search.ranges() == [(before + 1, before + 2), (before + 17, before + 18)]
    assert search.places(0, len(text)) == [
        (before + 1, before + 16, "token"), (before + 17, before + 32, "secret"),
    ]  # fmt: skip


def test_a_long_text_may_begin_and_end_with_a_secret() -> None:
    text = b"sk-123456abcdef" + b" " * VECTOR_BYTES + b"sk-123456abcdef"
    end = len(text)
    assert Rules().search(text).places(0, end) == [(0, 15, "token"), (end - 15, end, "token")]


@pytest.mark.parametrize("letter", ["€", "‡", "ࠁ", "￿"])
def test_letters_of_several_bytes_are_masked_whole(letter: str) -> None:
    # Of a name before the sign 64 bytes are taken, of a domain's part 63: both end within a letter here.
    assert masked(letter * 30 + "@example.org") == letter * 8 + "*" * (22 * 3 + 12)
    assert masked("ann@example." + "ä" * 40) == "*" * (12 + 64) + "ä" * 8


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"card":4111111111111111}', '{"card":9999999999999999}'),
        ('{"card":       4111111111111111       , "":1}', '{"card":       9999999999999999       , "":1}'),
        ("[4111111111111111]", "[9999999999999999]"),
        ("[1, 4111111111111111, 2]", "[1, 9999999999999999, 2]"),
        # No number of JSON: signs are as good as digits.
        ("{4111111111111111}", "{****************}"),
        ("[4111111111111111", "[****************"),
        ("4111111111111111]", "****************]"),
        (": 4111 1111 1111 1111,", ": *******************,"),
        ("[4111111111111111;]", "[****************;]"),
        ("[+49301234567]", "[************]"),
    ],
)  # fmt: skip
def test_a_cards_number_stays_a_number_where_json_has_one(text: str, expected: str) -> None:
    assert masked(text) == expected


def test_what_stands_around_a_text_is_none_of_its_own() -> None:
    data = b"[4111111111111111]sk-123456abcdef"
    search = ALL.search(data)
    assert search.places(1, 17) == [(1, 17, "card")]
    inside = bytearray(data)
    rules_module.overwrite(inside, [(1, 17, "card")], 1, 17)
    assert inside == b"[****************]sk-123456abcdef"
    # Alone it begins a text; behind a letter it would be within a word.
    assert search.places(18, 33) == [(18, 33, "token")]
    assert ALL.search(b"asksk-123456abcdef").places(3, 18) == [(3, 18, "token")]
    assert ALL.search(b"asksk-123456abcdef").places(0, 18) == []


def test_places_that_touch_are_two_and_places_that_overlap_are_one() -> None:
    rules = Rules(["abcdef", "efghij", "klmnop"])
    assert rules.search(b"abcdefghijklmnop").places(0, 16) == [(0, 10, "secret"), (10, 16, "secret")]
    assert rules.search(b"abcdef abcdef").places(0, 13) == [(0, 6, "secret"), (7, 13, "secret")]


def test_a_declared_value_that_is_a_word_stays_in_keys_and_others_go() -> None:
    rules = Rules(["a.small_word", "Kitten", "kitten2"])
    key = b"a.small_word Kitten kitten2"
    assert rules.search(key).places(0, 27, is_key=True) == [(13, 19, "secret"), (20, 27, "secret")]
    assert len(rules.search(key).places(0, 27)) == 3
