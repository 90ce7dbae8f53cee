"""Attributes by our names that somebody else sent are shown as they are."""

from __future__ import annotations

import pytest

from fanlight.otlp.folded import KEYS, unfolded


@pytest.mark.parametrize("text", ["", "no JSON", "{}", "[1, null]", "[" * 100_000])
def test_what_is_no_list_of_keys_renames_nothing(text: str) -> None:
    keys = ["fanlight.folded.key.1", KEYS]
    assert unfolded(keys, ["x", text]) == keys
