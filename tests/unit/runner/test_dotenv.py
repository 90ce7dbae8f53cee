"""`.env` files: values as they stand, nothing run or expanded."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.errors import InvalidError
from fanlight.runner.dotenv import parse, read


def test_every_form_of_a_line() -> None:
    assert parse(
        "\n".join(
            [
                "# a comment",
                "",
                "PLAIN=one two  # comment",
                "  export SPACED = x ",
                "RAW='$HOME `id` \\n # kept'",
                'QUOTED="two\\nlines \\"said\\" \\\\ $HOME"',
                'LINES="first',
                'second"',
                "HASH=a#b",
                "EMPTY=",
                "EMPTY2=''",
                "URL=http://host/?a=b&c=d",
            ]
        )
    ) == {
        "PLAIN": "one two",
        "SPACED": "x",
        "RAW": "$HOME `id` \\n # kept",
        "QUOTED": 'two\nlines "said" \\ $HOME',
        "LINES": "first\nsecond",
        "HASH": "a#b",
        "EMPTY": "",
        "EMPTY2": "",
        "URL": "http://host/?a=b&c=d",
    }


def test_windows_line_ends() -> None:
    assert parse("A=1\r\nB='2'\r\n# c\r\n") == {"A": "1", "B": "2"}


@pytest.mark.parametrize("text", ["just words", "1A=x", "A B=x", "=x"])
def test_what_is_no_entry_is_said_by_line_and_never_shown(text: str) -> None:
    with pytest.raises(InvalidError) as caught:
        parse(f"A=1\n{text}\n", where="x/.env")
    assert str(caught.value) == "x/.env line 2 is no NAME=value; write NAME=value, or # before it"


def test_no_file_is_no_values(tmp_path: Path) -> None:
    assert read(tmp_path) == {}


@given(
    st.dictionaries(
        st.from_regex(r"[A-Z_]{1,8}", fullmatch=True), st.text(st.characters(exclude_categories=["Cs"]))
    )
)
def test_what_is_written_in_double_quotes_is_read_back(values: dict[str, str]) -> None:
    lines = [
        name
        + '="'
        + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
        + '"'
        for name, value in values.items()
    ]
    assert parse("\n".join(lines)) == values
