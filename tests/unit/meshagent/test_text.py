"""Whatever text MeshAgent's command line prints, it is shown and is no markup."""

from __future__ import annotations

import io
import json

from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from fanlight.query.meshagent.text import APART, harmless, harmless_value

TAGS = st.sampled_from(
    ["[/b]", "[red]", "[link=http://x]", "[@click=a]", "\\[b]", "[", "]", "\\", "[/", "[#fff]"]
)
TEXTS = st.lists(st.one_of(TAGS, st.text(max_size=8)), max_size=8).map("".join)


@given(text=TEXTS)
@example("[/]")
@example("[a[b]c]")
@example("\\\\[bold]")
def test_a_text_is_shown_letter_by_letter_as_it_is_in_a_repr_and_in_json(text: str) -> None:
    shown = harmless(text)
    for printed in (shown, repr({"log": shown}), json.dumps([shown])):
        assert Text.from_markup(printed, emoji=False).spans == []
        assert "[" not in printed or Text.from_markup(printed, emoji=False).plain.count("[") == printed.count(
            "["
        )


@given(text=TEXTS)
def test_nothing_but_an_invisible_space_is_added_and_control_characters_are_replaced(text: str) -> None:
    shown = harmless(text).replace(APART, "")
    assert len(shown) == len(text.replace(APART, ""))
    assert all(c.isprintable() or c in "\n\t" or c == new for c, new in zip(shown, text, strict=False))
    assert harmless_value({"a": [text]}) == {"a": [harmless(text)]}


def test_no_text_commands_the_terminal() -> None:
    out = io.StringIO()
    Console(file=out, force_terminal=True, width=200).print(
        harmless("\x1b]0;title\x07 \x9b31m \r\x08[blink]x")
    )
    assert not {"\x1b]", "\x07", "\x9b", "\r", "\x08"} & set(out.getvalue())
    assert "\x1b]" not in out.getvalue()
