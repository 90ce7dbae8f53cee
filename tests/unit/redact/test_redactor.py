"""What is masked before anything is stored or printed."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from fanlight.redact import MASK, Redactor, mask_tokens

SECRET = 'pä ss"wörd\\9/+'


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        quote(SECRET),
        quote(SECRET, safe=""),
        SECRET.encode().hex(),
        SECRET.encode().hex().upper(),
    ],
)
def test_a_value_is_masked_in_its_common_encodings(form: str) -> None:
    assert Redactor([SECRET]).text(f"<{form}>") == f"<{MASK}>"


@pytest.mark.parametrize("before", ["", "u", "us", "user:"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_value_is_masked_within_base64_of_more(before: str, encode: object) -> None:
    assert callable(encode)
    text = encode((before + "hunter2-hunter2" + " and more").encode()).decode()
    masked = Redactor(["hunter2-hunter2"]).text(text)
    assert MASK in masked
    left = masked.replace(MASK, "")
    assert b"unter2-hunter" not in base64.urlsafe_b64decode(left + "=" * (-len(left) % 4))


@pytest.mark.parametrize(
    "token",
    [
        "sk-123456", "sk-proj-Ab1_cdefgh", "sk_live_abc123def", "ghp_" + "a1" * 12, "github_pat_" + "a1" * 12,
        "glpat-" + "x" * 20, "xoxb-1234-abcdef", "AKIA" + "A1B2" * 4, "AIza" + "s" * 35, "hf_" + "a" * 30,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0xx.abcdefghijkl",
    ],
)  # fmt: skip
def test_tokens_of_a_known_shape_are_masked_without_being_known(token: str) -> None:
    assert mask_tokens(f"failed with {token}, sorry") == f"failed with {MASK}, sorry"


def test_what_goes_with_a_bearer_header_an_address_and_a_private_key_is_masked() -> None:
    assert mask_tokens("Authorization: Bearer abcdefgh123") == f"Authorization: Bearer {MASK}"
    assert mask_tokens("postgres://me:secret@db/x") == f"postgres://{MASK}@db/x"
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\nAAAA\n-----END RSA PRIVATE KEY-----"
    assert mask_tokens(f"a {key} b") == f"a {MASK} b"


@pytest.mark.parametrize(
    "text", ["task-12 of sk-learn", "https://host/a@b", "disk-1", "Bearer of news", "***"]
)
def test_ordinary_text_stays(text: str) -> None:
    assert mask_tokens(text) == text


def test_short_values_are_words_and_each_line_of_a_long_one_counts() -> None:
    redactor = Redactor(["short", "", "first-line\nsecond-line\n\n  x"])
    assert redactor.text("short: second-line, first-line") == f"short: {MASK}, {MASK}"


def test_the_head_of_a_cut_text_ends_before_half_a_secret() -> None:
    redactor = Redactor(["hunter2-hunter2"])
    assert redactor.head("all is hunter2-hu") == f"all is {MASK}"
    assert redactor.head("all is fine") == "all is fine"


def test_many_hostile_beginnings_take_no_long_time() -> None:
    assert mask_tokens("sk-" * 100_000).count("sk-") == 100_000
    assert len(mask_tokens("-----BEGIN PRIVATE KEY-----" * 2_000)) == 54_000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("all is h", "all is h"), ("all is hun", "all is hun"), ("all is hunt", f"all is {MASK}"),
        ("all is hunter2-hunter", f"all is {MASK}"), ("all is hunter2-hunter2", f"all is {MASK}"),
        ("hunt", MASK), ("", ""), ("hunt hunt", f"hunt {MASK}"), ("huntx", "huntx"),
    ],
)  # fmt: skip
def test_four_letters_of_a_secret_at_a_cut_are_suspicious_and_three_are_a_word(text: str, shown: str) -> None:
    assert Redactor(["hunter2-hunter2"]).head(text) == shown


def test_all_but_the_last_letter_of_the_longest_form_is_suspicious() -> None:
    longest = b"hunter2-hunter2".hex()
    assert Redactor(["hunter2-hunter2"]).head(f"x{longest[:-1]}") == f"x{MASK}"


def test_the_end_that_is_held_back_is_the_longest_that_a_secret_begins_with() -> None:
    stream = Redactor(["abcabcabd"]).stream()
    assert [stream.feed(piece) for piece in ("xabcabc", "abcab", "d", "abca", "x")] == [
        "x", "abc", MASK, "", "abcax",
    ]  # fmt: skip
    assert stream.close() == ""
    assert [stream.feed("abcab"), stream.close(), stream.close()] == ["", "abcab", ""]


def test_secrets_that_overlap_leave_one_mask() -> None:
    redactor = Redactor(["abcdefgh", "efghijkl"])
    assert sorted(redactor.find("abcdefghijkl")) == [(0, 8), (4, 12)]
    assert list(Redactor(["aaaaaa"]).find("aaaaaaa")) == [(0, 6), (1, 7)]
    stream = redactor.stream()
    assert stream.feed("1 abcdefghijkl 2") + stream.close() == f"1 {MASK} 2"
    assert mask_tokens("sk-sk-123456789 x sk-123456") == f"{MASK} x {MASK}"


def test_one_that_began_in_what_was_given_out_is_cut_short() -> None:
    stream = Redactor(["abcdefgh"]).stream()
    # Fewer than four letters are no reason to wait; what comes behind them is masked.
    assert [stream.feed("x abc"), stream.feed("defgh y"), stream.close()] == ["x abc", f"{MASK} y", ""]


def test_without_secrets_only_shapes_are_masked() -> None:
    redactor = Redactor(["short"])
    assert (redactor.longest, redactor.text("short sk-123456"), redactor.head("shor")) == (
        0, f"short {MASK}", "shor",
    )  # fmt: skip
    stream = redactor.stream()
    assert [stream.feed("a sk-123456"), stream.close()] == [f"a {MASK}", ""]
    assert Redactor(["hunter2"]).longest == len(b"hunter2".hex())


def test_what_is_no_unicode_stays_as_it_is() -> None:
    assert mask_tokens("\ud800 sk-123456 \udfff") == f"\ud800 {MASK} \udfff"
    assert mask_tokens("\ud800 plain") == "\ud800 plain"
