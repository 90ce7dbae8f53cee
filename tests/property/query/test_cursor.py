"""Paging loses nothing and repeats nothing, also while data arrives between two pages."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanlight.model.project import ProjectScope
from fanlight.query.logs import list_logs
from fanlight.query.page import Page
from fanlight.query.runs import list_runs
from fanlight.store.contract import Store

from .conftest import Tables

START = datetime(2026, 9, 21, 14, 0, tzinfo=UTC)
projects = count()

# Few different times, so that many rows share one and only the second part of the key tells them apart.
offsets = st.lists(st.integers(0, 6), min_size=1, max_size=25)
EXAMPLES = (12, pytest.param(300, marks=pytest.mark.slow))


def log(project: str, seq: int, offset: int) -> dict[str, object]:
    return {
        "project_id": project,
        "time": START + timedelta(microseconds=offset),
        "received_at": START,
        "seq": seq,
        "body": str(seq),
        "body_type": 1,
        "retention_days": 20_000,
    }


def run(project: str, number: int, offset: int, version: int) -> dict[str, object]:
    return {
        "project_id": project,
        "run_id": f"{number:04}",
        "trace_id": number.to_bytes(16, "big"),
        "started_at": START + timedelta(microseconds=offset),
        "heard_at": START,
        "seq": version,
        "status": "success",
        "name": f"version {version}",
        "retention_days": 20_000,
    }


@pytest.mark.parametrize("examples", EXAMPLES)
@pytest.mark.parametrize("order", ["desc", "asc"])
def test_every_log_that_was_there_at_first_is_listed_once(
    store: Store, tables: Tables, order: str, examples: int
) -> None:
    @settings(max_examples=examples)
    @given(before=offsets, between=offsets, limit=st.integers(1, 7))
    def holds(before: list[int], between: list[int], limit: int) -> None:
        project = f"paged-logs-{next(projects)}"
        scope = ProjectScope(project)
        tables.insert("logs", [log(project, seq, offset) for seq, offset in enumerate(before, 1)])
        page: Page = list_logs(store, scope, limit=limit, order=order)  # type: ignore[arg-type]
        tables.insert("logs", [log(project, seq, offset) for seq, offset in enumerate(between, 1000)])
        found = list(page.items)
        while page.next:
            page = list_logs(store, scope, limit=limit, order=order, cursor=page.next)  # type: ignore[arg-type]
            found += page.items
        seen = [item.body for item in found]
        assert len(seen) == len(set(seen))
        assert {body for body in seen if int(body) < 1000} == {str(seq) for seq in range(1, len(before) + 1)}
        times = [item.time for item in found]
        assert times == sorted(times, reverse=order == "desc")

    holds()


@pytest.mark.parametrize("examples", EXAMPLES)
def test_every_run_that_was_there_at_first_is_listed_once(
    store: Store, tables: Tables, examples: int
) -> None:
    @settings(max_examples=examples)
    @given(before=offsets, between=offsets, updated=st.sets(st.integers(1, 25)), limit=st.integers(1, 7))
    def holds(before: list[int], between: list[int], updated: set[int], limit: int) -> None:
        project = f"paged-runs-{next(projects)}"
        scope = ProjectScope(project)
        first = dict(enumerate(before, 1))
        tables.insert("runs", [run(project, number, offset, 1) for number, offset in first.items()])
        page = list_runs(store, scope, limit=limit)
        newer = [run(project, number, offset, 2) for number, offset in first.items() if number in updated]
        tables.insert("runs", newer + [run(project, n, offset, 3) for n, offset in enumerate(between, 1000)])
        found = list(page.items)
        while page.next:
            page = list_runs(store, scope, limit=limit, cursor=page.next)
            found += page.items
        seen = [item.id for item in found]
        assert len(seen) == len(set(seen))
        assert {number for number in map(int, seen) if number < 1000} == set(first)
        keys = [(item.started_at, item.id) for item in found]
        assert keys == sorted(keys, reverse=True)
        listed_later = {int(item.id): item.name for item in found[limit:]}
        assert all(listed_later[n] == "version 2" for n in updated if n in listed_later)

    holds()


def test_a_run_that_moved_away_is_not_listed_at_its_old_place(store: Store, tables: Tables) -> None:
    project = "moved"
    rows = [run(project, 1, 5, 1), run(project, 2, 3, 1), run(project, 1, 1, 2)]
    tables.insert("runs", [{**row, "gone": 0} for row in rows])
    tables.insert("runs", [{**run(project, 1, 5, 2), "gone": 1}])
    page = list_runs(store, ProjectScope(project))
    assert [(item.id, item.name) for item in page.items] == [("0002", "version 1"), ("0001", "version 2")]
