"""A filter selects the rows that a plain reading of it selects, whatever it is made of."""

import random

import pytest
from hypothesis import HealthCheck, given, settings

from fanlight.model.project import ProjectScope
from fanlight.query.logs import list_logs
from fanlight.query.runs import list_runs
from fanlight.store.contract import Store

from .conftest import Tables
from .rows import LogRow, RunRow, log_rows, run_rows
from .terms import Term, filters, log_terms, run_terms

SCOPE = ProjectScope("filtered")
OTHER = "another"
STORED = 60

many = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def logs(tables: Tables) -> list[LogRow]:
    rows = log_rows(STORED, random.Random(1))
    tables.insert("logs", [row.columns(SCOPE.project_id) for row in rows])
    tables.insert("logs", [row.columns(OTHER) for row in rows])
    return rows


@pytest.fixture(scope="module")
def runs(tables: Tables) -> list[RunRow]:
    rows = run_rows(STORED, random.Random(2))
    tables.insert("runs", [row.columns(SCOPE.project_id) for row in rows])
    tables.insert("runs", [row.columns(OTHER) for row in rows])
    return rows


@many
@given(term=filters(log_terms))
def test_logs_are_those_that_the_filter_means(store: Store, logs: list[LogRow], term: Term) -> None:
    page = list_logs(store, SCOPE, q=term.text, limit=1000)
    assert [log.time[14:23] for log in page.items] == [
        f"00:00.{row.seq:03}" for row in reversed(logs) if term.meaning(row)
    ], term.text


@many
@given(term=filters(run_terms))
def test_runs_are_those_that_the_filter_means(store: Store, runs: list[RunRow], term: Term) -> None:
    page = list_runs(store, SCOPE, q=term.text, limit=1000)
    assert [run.id for run in page.items] == [row.id for row in reversed(runs) if term.meaning(row)], (
        term.text
    )
