"""A run as a page that stands for itself."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import msgspec

from fanlight.api.run_page import in_order, run_page
from fanlight.model.content import Content, Message, Text, ToolCall, ToolUse
from fanlight.model.failure import Cause, Failure, FailureVerdict, Link
from fanlight.model.run import Cost, Run, RunError, RunStatus, Tokens
from fanlight.model.span import Attribute, Span, SpanColumns, SpanEvent, TraceStructure
from fanlight.query.run_export import MOST_CONTENTS, RunExport, telling
from fanlight.redact import Redactor

EVIL = "<script>alert(1)</script>\u202e\u200b\ud800\x1b[31m"
SECRET = "hunter2-hunter2"


def columns(*rows: tuple[str, str | None, str, str]) -> SpanColumns:
    """Columns of spans: id, parent, name, status."""
    given: dict[str, Any] = {
        "span_id": [row[0] for row in rows],
        "parent_span_id": [row[1] for row in rows],
        "name": [row[2] for row in rows],
        "status": [row[3] for row in rows],
        "kind": ["tool"] * len(rows),
        "span_kind": ["INTERNAL"] * len(rows),
        "state": ["finished"] * len(rows),
        "start_ns": [1_000_000 * place for place in range(len(rows))],
        "duration_ns": [2_000_000] * len(rows),
        "event_count": [0] * len(rows),
        "has_content": [True] * len(rows),
        "agent_inherited": [False] * len(rows),
        "wrapper": [False] * len(rows),
        "flags": [[] for _ in rows],
    }
    nothing = [None] * len(rows)
    return SpanColumns(**{field: given.get(field, nothing) for field in SpanColumns.__struct_fields__})


def span(content: Content, **more: Any) -> Span:
    """A span of which only what a page shows is set."""
    empty: dict[str, Any] = {"str": "", "int": 0, "list": [], "dict": {}}
    known: dict[str, Any] = {"content": content, "attributes": [], "events": [], **more}
    return Span(
        **{
            field.name: known.get(field.name, empty.get(getattr(field.type, "__name__", "").lower(), ""))
            for field in msgspec.structs.fields(Span)
        }
    )


def export() -> RunExport:
    run = Run(
        id="r1", trace_id="t1", name=f"plan {EVIL}", status=RunStatus.ERROR, agent="planner",
        started_at="2026-09-21T14:13:20Z", duration_ms=1500.0, input=f'{{"ask": "{SECRET}"}}', output=EVIL,
        tokens=Tokens(input=1200, output=None), cost=Cost(amount="0.5", unpriced_tokens=7),
        error=RunError(type="Timeout", message=EVIL),
    )  # fmt: skip
    cause = Cause(kind="timeout", statement=EVIL, confidence="high", span_id="b")
    failure = Failure(
        run_id="r1", trace_id="t1", status="error", verdict=FailureVerdict.FAILED, cause=cause, symptom=None,
        chain=[Link(span_id="b", name=EVIL, statement=EVIL)], retries=[], notes=[], next="wait",
        truncated=False,
    )  # fmt: skip
    content = Content(
        input=[Message(role=EVIL, parts=[Text(text=EVIL), ToolCall(name=EVIL, arguments={"k": EVIL})])],
        tool_call=ToolUse(name=EVIL, arguments={"key": SECRET}, result="x" * 30_000),
    )
    told = span(
        content,
        status_message=EVIL,
        attributes=[Attribute(key=EVIL, type="string", value="Bearer abcdefghijkl")],
        events=[SpanEvent(time="", name="exception", attributes=[Attribute(key="k", type="", value=EVIL)])],
    )
    trace = TraceStructure(
        trace_id="t1", run_id="r1", started_at="", duration_ns=4_000_000, span_count=3, truncated=True,
        columns=columns(("a", None, EVIL, "ok"), ("b", "a", "search", "error")),
    )  # fmt: skip
    return RunExport(run=run, failure=failure, trace=trace, contents={"b": told})


class Reader(HTMLParser):
    """The elements of a page, and its texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_nothing_that_was_sent_becomes_an_element_and_nothing_is_loaded() -> None:
    page = Reader(run_page(export(), Redactor([SECRET]), "2026-10-01T00:00:00Z"))
    tags = {tag for tag, _ in page.elements}
    assert tags.isdisjoint({"script", "img", "iframe", "link", "object", "a", "form", "base"})
    attributes = {name for _, given in page.elements for name in given}
    assert attributes <= {"lang", "charset", "http-equiv", "content", "name", "class", "style"}
    policies = [given["content"] for _, given in page.elements if given.get("http-equiv")]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert "alert(1)" in "".join(page.texts)


def test_secrets_are_masked_and_what_text_hides_is_named() -> None:
    page = run_page(export(), Redactor([SECRET]), "2026-10-01T00:00:00Z")
    page.encode()  # no half of a character is left
    assert SECRET not in page
    assert "abcdefghijkl" not in page
    assert page.count("***") == 3
    assert not re.search("[\u202e\u200b\x1b]", page)
    assert '<span class="hidden">U+202E</span>' in page


def test_a_page_says_how_the_run_ended_why_and_what_was_cut() -> None:
    text = re.sub(r"\s+", " ", " ".join(Reader(run_page(export(), Redactor(), "then")).texts))
    for said in (
        "Status error", "Duration 1.5 s", "Tokens in / out 1,200 / —", "Cost 0.5 USD", "Unpriced tokens 7",
        "First cause", "What to do wait", "The earliest 2 of 3.", "… 10,000 more characters", "✗ error",
    ):  # fmt: skip
        assert said in text


def test_spans_stand_below_their_parents_and_none_is_lost_to_a_loop() -> None:
    given = columns(("a", None, "", "ok"), ("b", "c", "", "ok"), ("c", "b", "", "ok"), ("d", "a", "", "ok"))
    assert [(given.span_id[place], depth) for place, depth in in_order(given)] == [
        ("a", 0), ("d", 1), ("b", 0), ("c", 1),
    ]  # fmt: skip


def test_those_that_failed_are_read_first_and_no_more_than_can_be() -> None:
    rows = [(f"{at:03}", None, "", "error" if at == 299 else "ok") for at in range(300)]
    read = telling(columns(*rows))
    assert (read[0], read[1], len(read)) == ("299", "000", MOST_CONTENTS)
