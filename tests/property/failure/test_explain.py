"""Whatever a run holds, it is explained, and nothing is said that no span or log record shows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fanlight.model.step import Step
from fanlight.query.failure.content import is_empty, reported_error
from fanlight.query.failure.explain import explain
from fanlight.query.failure.story import LogLine, Story
from fanlight.query.failure.table import OTHERS, TABLE
from fanlight.query.loops.calls import calls_of
from fanlight.query.loops.detect import find_loops

KINDS = {*(kind.name for kind in TABLE), *OTHERS}
MESSAGES = [
    "", "429 Too Many Requests", "timed out", "boom boom boom", "CancelledError", "'NoneType' object is bad",
    "maximum context length", "Recursion limit of 25 reached", "\x00\ud7ff{}\n",
]  # fmt: skip
OUTPUTS = [
    None,
    "",
    "[]",
    "{}",
    '{"error": "x"}',
    "Error: no",
    "fine",
    '{"results": [',
    "[" * 200,
    "No results found.",
]


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    """Any spans at all: rings, orphans, clocks that run backwards, spans that never end."""
    ids = [f"{number:02}" for number in range(draw(st.integers(0, 16)))]
    return [
        Step(
            span_id=span_id,
            parent_id=draw(st.sampled_from([None, "??", *ids])),
            name=draw(st.sampled_from(["plan", "search", "fallback", "ask_human", ""])),
            kind=draw(
                st.sampled_from(["agent", "llm", "tool", "chain", "io", "internal", "guardrail", "retriever"])
            ),
            tool=draw(st.sampled_from(["", "search", "book"])),
            service=draw(st.sampled_from(["", "a", "b"])),
            state=draw(st.sampled_from(["finished", "open", "lost"])),
            status=draw(st.sampled_from(["unset", "ok", "error"])),
            error_type=draw(
                st.sampled_from(["", "KeyError", "TimeoutError", "CancelledError", "LoopDetected"])
            ),
            error_message=draw(st.sampled_from(MESSAGES)),
            http_status=draw(st.sampled_from([None, 200, 429, 500])),
            finish_reason=draw(st.sampled_from(["", "stop", "length", '["content_filter"]'])),
            start_ns=draw(st.integers(0, 40)) * 10**8,
            end_ns=draw(st.none() | st.integers(0, 60).map(lambda tenths: tenths * 10**8)),
            call_hash=draw(st.integers(0, 2)),
            output_hash=draw(st.integers(0, 2)),
            output=draw(st.sampled_from(OUTPUTS)),
        )
        for span_id in ids
    ]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    found = draw(steps())
    lines = [
        LogLine(
            log_id=f"L{number}",
            time_ns=draw(st.integers(0, 60)) * 10**8,
            severity=draw(st.sampled_from([17, 21])),
            text=draw(st.sampled_from(MESSAGES)),
            span_id=draw(st.sampled_from(["", "00", "99"])),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    status = draw(st.sampled_from(["running", "success", "error", "suspended", "cancelled", "lost"]))
    return Story(run_id="r", trace_id="t", status=status, steps=tuple(found), logs=tuple(lines))


@given(stories())
def test_every_run_is_explained_by_what_it_holds(story: Story) -> None:
    found = explain(story)
    spans, logs = {step.span_id for step in story.steps}, {line.log_id for line in story.logs}
    if found.cause is not None:
        assert found.cause.kind in KINDS
        assert found.cause.span_id in spans or found.cause.log_id in logs
        assert found.next
    assert (found.cause is None) == (found.verdict == "no failure found")
    assert {link.span_id for link in found.chain} <= spans
    assert len({link.span_id for link in found.chain}) == len(found.chain)
    assert {span for retry in found.retries for span in retry.span_ids} <= spans


@given(stories())
def test_the_order_in_which_spans_came_does_not_matter(story: Story) -> None:
    backwards = Story(run_id="r", trace_id="t", status=story.status, steps=story.steps[::-1], logs=story.logs)
    assert explain(backwards) == explain(story)


@given(steps())
def test_loops_are_made_of_calls_of_the_run(found: list[Step]) -> None:
    calls = calls_of(found)
    for loop in find_loops(calls):
        assert set(loop.span_ids) <= {call.span_id for call in calls}
        assert loop.times >= 2


@given(st.text(max_size=200))
def test_any_result_can_be_read(text: str) -> None:
    assert isinstance(is_empty(text), bool)
    assert isinstance(reported_error(text), str)
