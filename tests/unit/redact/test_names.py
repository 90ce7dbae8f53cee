"""Which variables of an environment are taken for secrets."""

from __future__ import annotations

import pytest

from fanlight.redact.names import is_named_secret, is_secret, is_secret_name


@pytest.mark.parametrize(
    "name",
    [
        "KEY", "API_KEY", "APIKEY", "OPENAI_API_KEY", "openai_apikey", "KEY_FILE", "MY_TOKEN_1", "SECRET",
        "DB_PASSWORD", "DB_PASSWD", "GCP_CREDENTIAL", "GCP_CREDENTIALS", "SENTRY_DSN", "PRIVATE", "AUTH",
        "AUTHORIZATION",
    ],
)  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)
    assert is_secret(name, "Plain words.")


@pytest.mark.parametrize("name", ["KEYBOARD", "MONKEY", "TOKENS", "AUTHOR", "HOME", "PASS", "DSNS", ""])
def test_names_of_others(name: str) -> None:
    assert not is_secret_name(name)
    assert not is_secret(name, "Plain words.")


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("created_at", False), ("a", False), ("a.b_c", False), ("abcdefghijkl", False),
        ("abcdefghijklm", True), ("hunter2", True), ("plain-words", True), ("Word", True),
        ("_x", True), ("", True),
    ],
)  # fmt: skip
def test_a_short_word_is_no_secret_whatever_its_name(value: str, is_one: bool) -> None:
    assert is_named_secret("SORT_KEY", value) is is_one
    assert is_secret("SORT_KEY", value) is is_one


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("9f8a7b6c5d4e3f2a1b0c", True), ("A1+/=_.~-A1+/=_.~-A1", True), ("9f8a7b6c5d4e3f2a1b0", False),
        ("abcdefghijklmnopqrstuvwxyz", False), ("12345678901234567890", False),
        ("9f8a7b6c5d4e3f2a1b0c x", False), ("x 9f8a7b6c5d4e3f2a1b0c", False),
    ],
)  # fmt: skip
def test_a_value_that_is_no_word_is_a_secret_whatever_its_name(value: str, is_one: bool) -> None:
    assert is_secret("REGION", value) is is_one
    assert not is_named_secret("REGION", value)
