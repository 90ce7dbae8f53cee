"""What a person sees of a run: the answer on stdout, the rest on stderr, and nothing acts on the terminal."""

from __future__ import annotations

from typing import Any

import pytest

from fanlight.cli.live_run import LiveRun
from fanlight.runner.capture.items import Event, Flooded, Line
from fanlight.runner.order import Outcome


def event(type_: str, **about: Any) -> Event:
    return Event(seq=1, type=type_, text="", value={"type": type_, **about}, verified=True)


def outcome(**changes: Any) -> Outcome:
    given: dict[str, Any] = {
        "run_id": "ab" * 16, "agent": "a", "status": "success", "exit_code": 0, "output": None,
        "format": None, "error": None, "duration_ms": 1_250,
    }  # fmt: skip
    return Outcome(**{**given, **changes})


def test_a_streamed_answer_is_shown_once_and_everything_else_is_on_stderr(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show = LiveRun()
    for item in (
        event("status", content="Initializing Agent Runtime..."),
        event("thinking", content="Using Tool: search\nInput: q\n"),
        event("delta", content="take "),
        event("delta", content="the train"),
        Line(seq=1, stream="stderr", text="a warning"),
        event("final", content="take the train", format="markdown"),
        Flooded(stream="stdout", items=1_200, bytes=9),
        event("artifact", content={"name": "a.pdf", "url": "https://x/a.pdf", "mime": "application/pdf"}),
    ):
        show.item(item)
    show.end(outcome(tool_usage={"search": 2}))
    told = capsys.readouterr()
    assert told.out == "take the train\n"
    assert told.err.splitlines() == [
        "Initializing Agent Runtime...",
        "Using Tool: search",
        "Input: q",
        "a warning",
        "… 1,200 of a flood on stdout are counted, not shown",
        "artifact a.pdf  https://x/a.pdf",
        "✓ success · 1.2 s · search ×2",
        "  fanlight show abababababab",
    ]


def test_what_was_not_streamed_is_shown_at_the_end_and_objects_as_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    LiveRun().item(event("final", content="whole", format="markdown"))
    LiveRun().item(event("final", content={"città": [1]}, format="json"))
    assert capsys.readouterr().out == 'whole\n{\n  "città": [\n    1\n  ]\n}\n'


def test_text_of_an_agent_never_acts_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show = LiveRun()
    show.item(event("delta", content="\x1b[2J[red]x[/red]\u202e\n"))
    show.item(Line(seq=1, stream="stdout", text="\x1b]0;title\x07"))
    show.item(event("error", content="\x1b[31mno"))
    told = capsys.readouterr()
    assert told.out == "\\x1b[2J[red]x[/red]\\u202e\n\\x1b]0;title\\x07\n"
    assert told.err == "\\x1b[31mno\n"


def test_a_quiet_one_shows_nothing_of_the_agent(capsys: pytest.CaptureFixture[str]) -> None:
    show = LiveRun(is_quiet=True)
    show.item(event("final", content="x"))
    show.note("installing")
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "installing\n")


def test_a_failed_run_that_was_not_sent_says_both(capsys: pytest.CaptureFixture[str]) -> None:
    LiveRun().end(outcome(status="error", exit_code=3, was_sent=False))
    assert capsys.readouterr().err.splitlines() == [
        "✗ error · 1.2 s · exit code 3",
        "  the server did not take all of it: the next run sends it again",
    ]
