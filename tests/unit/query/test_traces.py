"""A trace as columns: what of it is there, and the prompts of coding agents, which have no own end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fanlight.clock import ManualClock
from fanlight.errors import InvalidError, NotFoundError
from fanlight.model.span import TraceStructure
from fanlight.query.traces import OPEN_SPAN_LOST_MS, get_span, get_trace

from .answers import MS, SCOPE, Answers, columns, span_row, trace_row

TRACE = "ab" * 16
NOW_MS = ManualClock().now_ns() // MS
MINUTE_MS = 60_000


def stored(*rows: list[Any], opened: int = 0, **more: Any) -> Answers:
    """A store that holds one trace of `rows`."""
    which = "trace_structure" if opened else "trace_finished"
    return Answers(trace_place=[(1, 9, opened)], **{which: columns(*rows)}, **more)


def trace(store: Answers, trace_id: str = TRACE, **more: Any) -> TraceStructure:
    return get_trace(store, SCOPE, trace_id, clock=ManualClock(), **more)  # type: ignore[arg-type]


def test_a_trace_that_has_open_spans_is_asked_for_those_that_are_lost() -> None:
    store = stored(trace_row("a", took=None), opened=1)
    assert trace(store, TRACE.upper(), limit=5).columns.state == ["open"]
    assert store.asked == ["trace_place", "trace_structure"]
    assert store.parameters == [
        {"trace_id": TRACE},
        {
            "trace_id": TRACE, "since_ns": 1, "until_ns": 9, "opened": 1,
            "heard_ms": NOW_MS - OPEN_SPAN_LOST_MS, "limit": 6,
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "size", "shown", "count", "truncated"),
    [
        (["a", "b"], 2, ["a", "gone", "b"], 2, False),
        (["a", "b", "c"], 7, ["a", "b"], 7, True),
    ],
)
def test_a_trace_says_how_many_spans_it_has_beyond_those_that_are_given(
    rows: list[str], size: int, shown: list[str], count: int, truncated: bool
) -> None:
    held = [trace_row(span, None if span == "a" else "gone", at=place) for place, span in enumerate(rows)]
    found = trace(stored(*held, trace_size=[(size,)]), limit=2)
    assert found.columns.span_id == shown
    assert (found.span_count, found.truncated, found.duration_ns) == (count, truncated, 2 * MS)


@pytest.mark.parametrize("store", [Answers(), stored()])
def test_a_trace_without_a_span_is_not_there(store: Answers) -> None:
    with pytest.raises(NotFoundError) as refused:
        trace(store)
    assert str(refused.value).startswith(f"no trace {TRACE} in project default")


def test_a_span_that_its_trace_does_not_have_is_not_there() -> None:
    with pytest.raises(NotFoundError) as refused:
        get_span(stored(), SCOPE, TRACE, "AB" * 8, clock=ManualClock())  # type: ignore[arg-type]
    assert str(refused.value).startswith(f"no span {'ab' * 8} in trace {TRACE} of default")


def test_of_a_key_that_came_twice_both_are_given_and_raw_is_without_content() -> None:
    twice = (["k", "k"], ["1", "2"], [1, 1])
    store = stored(get_span=[span_row(TRACE, "ab" * 8, attributes=twice)])
    found = get_span(store, SCOPE, TRACE, "ab" * 8, raw=True)  # type: ignore[arg-type]
    assert [(each.key, each.value) for each in found.attributes] == [("k", "1"), ("k", "2")]
    assert (found.content, store.asked) == (None, ["trace_place", "get_span", "span_content"])


def by_trace(id_: str) -> object:
    return trace(Answers(), id_)


def by_span(id_: str) -> object:
    return get_span(Answers(), SCOPE, TRACE, id_)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ask", "id_", "what"),
    [
        (by_trace, "ab" * 8, f"'{'ab' * 8}' is no trace id; it is 32 hex digits"),
        (by_trace, "g" * 32, f"'{'g' * 32}' is no trace id; it is 32 hex digits"),
        (by_trace, "x" * 100, f"'{'x' * 80}' is no trace id; it is 32 hex digits"),
        (by_span, "ab" * 16, f"'{'ab' * 16}' is no span id; it is 16 hex digits"),
        (by_span, "", "'' is no span id; it is 16 hex digits"),
    ],
)
def test_an_id_is_so_many_hex_digits(ask: Callable[[str], object], id_: str, what: str) -> None:
    with pytest.raises(InvalidError) as refused:
        ask(id_)
    assert str(refused.value) == what


def told(*records: tuple[str, str, int, int], error: str | None = None) -> list[tuple[Any, ...]]:
    """Parent, state, status, duration (ms) and error of each span.

    `records` are (id, operation, start, duration); times in ms before now.
    """
    rows = [
        trace_row(
            span, at=NOW_MS - ago, took=took, operation=word, error=error if word == "failure" else None
        )
        for span, word, ago, took in records
    ]
    found = trace(stored(*rows)).columns
    length = [None if each is None else each // MS for each in found.duration_ns]
    return list(zip(found.parent_span_id, found.state, found.status, length, found.error_type, strict=True))


def test_a_prompt_that_was_answered_ends_with_its_answer() -> None:
    assert told(("p", "prompt", 900, 0), ("c", "request", 700, 300)) == [
        (None, "finished", "unset", 500, None),
        ("p", "finished", "unset", 300, None),
    ]


def test_a_prompt_whose_last_word_is_a_failure_failed_as_that_did() -> None:
    found = told(
        ("p", "prompt", 900, 0), ("c", "request", 700, 0), ("f", "failure", 500, 0), error="overload"
    )
    assert found == [
        (None, "finished", "error", 400, "overload"),
        ("p", "finished", "unset", 0, None),
        ("p", "finished", "unset", 0, "overload"),
    ]


@pytest.mark.parametrize(("ago", "state"), [(5 * MINUTE_MS, "open"), (5 * MINUTE_MS + 1, "lost")])
def test_a_prompt_that_nothing_answered_goes_on_for_five_minutes_and_is_lost_then(
    ago: int, state: str
) -> None:
    assert told(("p", "prompt", ago + 100, 0), ("t", "tool", ago, 0)) == [
        (None, state, "unset", None, None),
        ("p", "finished", "unset", 0, None),
    ]


def test_spans_that_were_made_of_no_record_stay_as_they_are_beside_a_prompt() -> None:
    assert told(("p", "prompt", 900, 0), ("x", "", 800, 40), ("c", "request", 700, 0)) == [
        (None, "finished", "unset", 200, None),
        (None, "finished", "unset", 40, None),
        ("p", "finished", "unset", 0, None),
    ]


def test_records_of_a_trace_without_prompts_stay_as_they_are() -> None:
    assert told(("c", "request", 700, 300)) == [(None, "finished", "unset", 300, None)]
