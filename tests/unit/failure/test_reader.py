"""What is read from the store for an analysis: no logs without steps, and log lines with their exceptions."""

from __future__ import annotations

from typing import Any

import pytest

from fanlight.model.failure import Failure, FailureVerdict
from fanlight.model.project import ProjectScope
from fanlight.query.failure.reader import NO_SPAN, get_failure, log_line
from fanlight.query.failure.story import LogLine
from fanlight.query.page import encode_cursor

RUN_ID = f"{1:032x}"


class _Runs:
    """A store with one run, whose spans are gone. It keeps the names of the questions."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def read(self, _scope: ProjectScope, query: str, _parameters: Any) -> list[tuple[Any, ...]]:
        self.asked.append(query)
        names = (RUN_ID, RUN_ID, "plan", "success", "planner", "", "", "", "")
        sums: tuple[Any, ...] = (7, 9, None, None, None, None, None, None, None, [])
        rest: tuple[Any, ...] = ("", "", NO_SPAN, 0, 0, 0, 0, NO_SPAN, [], None, [], "", "")
        return [(*names, *sums, *rest)] if query == "get_run" else []


def test_of_a_run_without_steps_no_logs_are_asked_for() -> None:
    store: Any = _Runs()
    found = get_failure(store, ProjectScope("default"), RUN_ID)
    assert found == Failure(
        run_id=RUN_ID, trace_id=RUN_ID, status="success", verdict=FailureVerdict.NO_FAILURE
    )
    assert "run_error_logs" not in store.asked


@pytest.mark.parametrize(
    ("body", "message", "text"),
    [
        ("fetch failed", "connection refused", "fetch failed: connection refused"),
        ("fetch failed: connection refused", "connection refused", "fetch failed: connection refused"),
        ("fetch failed", "", "fetch failed"),
    ],
)
def test_a_log_line_says_its_exception_once(body: str, message: str, text: str) -> None:
    row = (70, 3, 17, body, 1, f"{5:016x}", "ConnectError", message)
    assert log_line(row) == LogLine(
        log_id=encode_cursor("log", 70, 3),
        time_ns=70,
        severity=17,
        text=text,
        span_id=f"{5:016x}",
        error_type="ConnectError",
    )


def test_a_body_that_is_no_text_is_told_as_json_and_no_span_is_none() -> None:
    found = log_line((70, 3, 21, "42", 3, NO_SPAN, "", ""))
    assert (found.text, found.span_id) == ("42", "")
