"""A question takes no more rows and time than its project may, and others are not asked less for it."""

from __future__ import annotations

from typing import Any

import pytest

from fanlight.config import load
from fanlight.errors import InvalidError
from fanlight.model.limits import TABLE, Limits
from fanlight.model.project import ProjectScope
from fanlight.query.traces import get_trace

from .telemetry import span, traces

LAB, ATTIC = ProjectScope("lab"), ProjectScope("attic")
TRACE = f"{1:032x}"
SERVER = {limit.name: getattr(load(environ={}), limit.name) for limit in TABLE}


def test_a_question_over_the_rows_of_its_project_says_so(store: Any, log: Any) -> None:
    for scope in (LAB, ATTIC):
        sent = traces(*(span("call", trace=1, number=number) for number in range(1, 9)))
        store.insert(log.segment(sent, project=scope.project_id))
    bounded = store.bounded_by(lambda: Limits(SERVER, {"lab": {"max_query_rows": 7}}))
    with pytest.raises(InvalidError) as refused:
        get_trace(bounded, LAB, TRACE)
    assert str(refused.value) == (
        "the question would look at more than 7 rows;"
        " ask for a shorter time, or raise the project's limit max_query_rows"
    )
    found = (get_trace(bounded, ATTIC, TRACE), get_trace(store, LAB, TRACE))
    assert [trace.span_count for trace in found] == [8, 8]


def test_a_question_gets_the_seconds_of_its_project(store: Any) -> None:
    bounded = store.bounded_by(lambda: Limits(SERVER, {"lab": {"query_timeout_s": 2.5}}))
    assert [bounded._settings(scope).get("max_execution_time") for scope in (LAB, ATTIC)] == [2.5, None]
