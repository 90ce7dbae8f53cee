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
