"""Whatever went into a run, `charm logs` prints it as it was: no markup acts, nothing stops the command."""

from __future__ import annotations

import io
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from fanlight.query.agent_logs import payload_of, printable

TRICKY = st.text(st.sampled_from("[]/\\=#@ab d1:.é\n"), max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TRICKY,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TRICKY | st.just("message"), inner, max_size=3)
    ),
    max_leaves=8,
)


def rendered(markup: str) -> str:
    out = io.StringIO()
    Console(file=out, width=10_000, emoji=False, highlight=False).print(markup, end="")
    return out.getvalue()


@given(TRICKY)
def test_what_is_printed_is_what_was_said(text: str) -> None:
    shown = rendered(printable(text))
    assert shown.rstrip() == text.rstrip()


@given(TRICKY)
def test_cut_anywhere_as_the_command_does_it_still_prints(text: str) -> None:
    for length in range(len(text) + 1):
        rendered(f"{printable(text)[:length]}...")


@given(JSON)
def test_an_input_of_any_kind_becomes_an_object_with_a_text(value: Any) -> None:
    payload = payload_of(json.dumps(value))
    assert isinstance(payload, dict)
    if payload:
        assert isinstance(payload["message"], str)
        rendered(payload["message"])
        if isinstance(value, dict):
            assert {**payload, "message": None} == {**value, "message": None}


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@given(st.text(min_size=1, max_size=60).filter(lambda text: not is_json(text)))
def test_an_input_that_is_no_json_is_its_own_message(text: str) -> None:
    assert payload_of(text) == {"message": printable(text)}


def test_nothing_commands_the_terminal() -> None:
    assert printable("\x1b[2J\u202eok\r") == "\ufffd[2J\ufffdok\ufffd"
