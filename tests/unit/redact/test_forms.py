"""In which forms a declared value is looked for."""

from __future__ import annotations

import base64
import html

import pytest

from fanlight.redact.forms import forms_of


def test_every_form_of_a_value_with_all_that_is_ever_escaped() -> None:
    value = "k\"y\\/<ä&'>"
    assert html.escape(value) in forms_of(value)
    assert forms_of(value) == {
        value,
        # JSON: as ASCII, as it is, with slashes escaped, and within another JSON text.
        "k\\\"y\\\\/<\\u00e4&'>",
        "k\\\"y\\\\/<ä&'>",
        "k\\\"y\\\\\\/<\\u00e4&'>",
        "k\\\\\\\"y\\\\\\\\/<\\\\u00e4&'>",
        # Python's repr, URLs, HTML.
        "k\"y\\\\/<ä&\\'>",
        "k%22y%5C/%3C%C3%A4%26%27%3E",
        "k%22y%5C%2F%3C%C3%A4%26%27%3E",
        "k&quot;y\\/&lt;ä&amp;&#x27;&gt;",
        # Bytes: hex, and base64 wherever it begins, in both of its alphabets.
        "6b22795c2f3cc3a426273e",
        "6B22795C2F3CC3A426273E",
        "ayJ5XC88w6QmJz",
        "rInlcLzzDpCYnP",
        "sieVwvPMOkJic+",
        "sieVwvPMOkJic-",
    }


def test_a_space_is_a_plus_in_a_form_and_a_slash_is_an_underscore_in_some_base64() -> None:
    assert {"a%2Bb%2Fc%20d", "a%2Bb%2Fc+d", "a%2Bb/c%20d"} <= forms_of("a+b/c d")
    assert {"/////w", "_____w"} & forms_of("\u07ff" * 8) == set()
    assert {"37/fv9+/37/fv9+/", "37_fv9-_37_fv9-_"} <= forms_of("\u07ff" * 6)


def test_each_line_of_a_value_counts_without_its_margins_and_so_does_the_whole() -> None:
    found = forms_of(" pad-ded \n x\nline-two\r\nshort\n")
    plain = {form for form in found if all(sign not in form for sign in "%\\+") and "-" in form}
    assert plain == {
        " pad-ded \n x\nline-two\r\nshort\n", "pad-ded \n x\nline-two\r\nshort", "pad-ded", "line-two",
    }  # fmt: skip


@pytest.mark.parametrize(("value", "is_looked_for"), [("12345", False), ("123456", True), (" 12345 ", True)])
def test_fewer_than_six_characters_are_too_likely_a_word(value: str, is_looked_for: bool) -> None:
    assert bool(forms_of(value)) is is_looked_for


def test_a_value_that_is_no_unicode_has_forms_too() -> None:
    assert {"\ud800secret", "\\ud800secret", "%ED%A0%80secret", "eda080736563726574"} <= forms_of(
        "\ud800secret"
    )


@pytest.mark.parametrize("before", [b"", b"u", b"us", b"use", b"user"])
@pytest.mark.parametrize("after", [b"", b"z", b"zz", b"zzz"])
@pytest.mark.parametrize("value", ["hunter", "hunter2", "hunter22"])
def test_base64_of_more_holds_one_form_wherever_the_value_stands(
    before: bytes, after: bytes, value: str
) -> None:
    text = base64.b64encode(before + value.encode() + after).decode()
    assert [form for form in forms_of(value) if form in text]
