"""Stored text on the terminal: it shows, and does nothing."""

from __future__ import annotations

import io
import re

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from fanlight.cli.output import table, visible

ACTS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


@given(st.text(st.characters()))
def test_nothing_that_acts_on_a_terminal_passes(text: str) -> None:
    assert not ACTS.search(visible(text))


@given(st.text(st.characters(categories=("L", "N", "P", "S"))))
def test_letters_digits_and_signs_of_every_script_stay(text: str) -> None:
    assert visible(text) == text


@given(st.text(st.characters(categories=("L", "N"))), st.integers(min_value=1, max_value=50))
def test_a_limit_is_kept_and_shows_that_it_cut(text: str, limit: int) -> None:
    shown = visible(text, limit=limit)
    assert shown == text if len(text) <= limit else shown == text[: limit - 1] + "…"


def test_cells_are_text_never_markup() -> None:
    out = io.StringIO()
    hostile = "[bold red]x[/] :boom: \x1b[2J\u202e [link=http://evil]y[/link]"
    Console(file=out, width=100, force_terminal=True, color_system=None).print(table(["a"], [[hostile]]))
    assert r"[bold red]x[/] :boom: \x1b[2J\u202e [link=http://evil]y[/link]" in out.getvalue()
    assert "\x1b[2J" not in out.getvalue()
