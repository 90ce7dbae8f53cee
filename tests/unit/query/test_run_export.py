"""A run as it is read for a file: what goes away meanwhile is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fanlight.clock import ManualClock
from fanlight.model.failure import FailureVerdict
from fanlight.query.run_export import MOST_SPANS, read_run_export

from .answers import SCOPE, Answers, Rows, columns, run_row, span_row, trace_row

RUN = "ab" * 16
FAILED, SAID, GONE, SILENT = ("1" * 16, "2" * 16, "3" * 16, "4" * 16)


def a_span(asked: Mapping[str, Any]) -> Rows:
    return [] if asked["span_id"] == GONE else [span_row(RUN, asked["span_id"], name="read")]


def test_a_run_is_read_with_its_failure_and_what_was_said_except_in_spans_that_went_meanwhile() -> None:
    spans = [
        trace_row(GONE, content=1),
        trace_row(SAID, at=1, content=1),
        trace_row(SILENT, at=2),
        trace_row(FAILED, "5" * 16, at=3, status=2),
    ]
    store = Answers(
        get_run=[[*run_row(RUN, status="error"), "go", ""]],
        trace_place=[(1, 9, 0)],
        trace_finished=columns(*spans),
        get_span=a_span,
    )
    found = read_run_export(store, SCOPE, RUN, clock=ManualClock())  # type: ignore[arg-type]
    assert (found.run.id, found.run.input, found.run.output) == (RUN, "go", None)
    assert found.trace.columns.span_id == [GONE, SAID, SILENT, "5" * 16, FAILED]
    assert [(id_, span.span_id, span.name) for id_, span in found.contents.items()] == [
        (FAILED, FAILED, "read"),
        (SAID, SAID, "read"),
    ]
    assert (found.failure.run_id, found.failure.status) == (RUN, "error")
    limits = [
        asked["limit"]
        for name, asked in zip(store.asked, store.parameters, strict=True)
        if name == "trace_finished"
    ]
    assert limits == [MOST_SPANS + 1]


def test_a_run_in_which_nothing_was_said_has_no_contents() -> None:
    store = Answers(
        get_run=[[*run_row(RUN), "", "done"]],
        trace_place=[(1, 9, 0)],
        trace_finished=columns(trace_row(SILENT)),
    )
    found = read_run_export(store, SCOPE, RUN, clock=ManualClock())  # type: ignore[arg-type]
    assert (found.contents, found.run.output, found.failure.verdict) == (
        {},
        "done",
        FailureVerdict.NO_FAILURE,
    )
    assert "get_span" not in store.asked
