"""What agents, rooms, sessions and users came to equals the runs that are listed for them."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from fanlight import config
from fanlight.errors import InvalidError, NotFoundError
from fanlight.model.activity import Activity
from fanlight.model.project import ProjectScope
from fanlight.model.run import Run
from fanlight.query.activity import By, find_activity, get_activity, list_activity
from fanlight.query.runs import list_runs
from fanlight.store.engine import open_store

from .conftest import ENGINES, RETENTION_DAYS, unused
from .telemetry import LogFiles
from .test_usage_questions import fill

SCOPE = ProjectScope("default")


@pytest.fixture(scope="module", params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A store with forty runs, for questions that change nothing."""
    folder = tmp_path_factory.mktemp("filled")
    settings = config.load(environ={}, flags={"retention_days": RETENTION_DAYS})
    store = open_store(unused(request, folder), folder, settings)
    store.open()
    fill(store, LogFiles(folder), 5)
    yield store
    store.close()


def told(activity: Activity) -> dict[str, Any]:
    return {
        "runs": activity.runs,
        "running": activity.running,
        "errors": activity.errors,
        "input": activity.tokens.input,
        "cost": activity.cost.amount and Decimal(activity.cost.amount),
        "unpriced": activity.cost.unpriced_tokens,
        "first": activity.first_at,
        "agents": activity.agents,
    }


def counted(runs: list[Run]) -> dict[str, Any]:
    """The same, run by run."""
    inputs = [run.tokens.input for run in runs if run.tokens.input is not None]
    costs = [Decimal(run.cost.amount) for run in runs if run.cost.amount is not None]
    unpriced = [run.cost.unpriced_tokens for run in runs if run.cost.unpriced_tokens is not None]
    return {
        "runs": len(runs),
        "running": sum(run.status == "running" for run in runs),
        "errors": sum(run.status in ("error", "lost") for run in runs),
        "input": sum(inputs) if inputs else None,
        "cost": sum(costs) if costs else None,
        "unpriced": sum(unpriced) if unpriced else None,
        "first": min(run.started_at for run in runs),
        "agents": sorted({run.agent for run in runs if run.agent}),
    }


def test_each_is_the_sum_of_its_runs_whatever_came_twice_or_late(store: Any) -> None:
    runs = list_runs(store, SCOPE, limit=1_000).items
    for by in (By.AGENT, By.SESSION, By.USER):
        page = list_activity(store, SCOPE, by)
        names = {getattr(run, by) for run in runs if getattr(run, by)}
        expected = {name: counted([run for run in runs if getattr(run, by) == name]) for name in names}
        assert {each.name: told(each) for each in page.items} == expected, by
        assert find_activity(store, SCOPE, by, sorted(names)) == {each.name: each for each in page.items}
    assert list_activity(store, SCOPE, By.ROOM).items == []


def test_medians_are_the_middle_one_of_what_ended(store: Any) -> None:
    runs = list_runs(store, SCOPE, q="agent:a1", limit=1_000).items
    told_ = get_activity(store, SCOPE, By.AGENT, "a1")
    took = sorted(run.duration_ms for run in runs if run.duration_ms is not None)
    used = [
        (run.tokens.input or 0) + (run.tokens.output or 0)
        for run in runs
        if run.ended_at and (run.tokens.input is not None or run.tokens.output is not None)
    ]
    assert told_.median.duration_ms in (statistics.median_low(took), statistics.median_high(took))
    assert told_.median.tokens in (statistics.median_low(used), statistics.median_high(used))
    assert told_.status == ("running" if any(run.status == "running" for run in runs) else runs[0].status)


def test_pages_hold_each_one_once_the_one_heard_of_last_first(store: Any) -> None:
    whole = list_activity(store, SCOPE, By.SESSION).items
    found, cursor = [], None
    for _ in whole:
        page = list_activity(store, SCOPE, By.SESSION, limit=1, cursor=cursor)
        found += page.items
        cursor = page.next
    assert (found, cursor) == (whole, None)
    assert [each.last_at for each in whole] == sorted((each.last_at for each in whole), reverse=True)


def test_a_filter_and_a_window_count_the_runs_that_they_list(store: Any) -> None:
    q = "status:success user:u1"
    runs = list_runs(store, SCOPE, q=q, limit=1_000).items
    assert runs
    page = list_activity(store, SCOPE, By.USER, q=q)
    assert [told(each) for each in page.items] == [counted(runs)]
    with pytest.raises(InvalidError, match="cursor of sessions"):
        list_activity(store, SCOPE, By.SESSION, cursor="abc")


@pytest.mark.parametrize("q", ["name:run", "run", "NOT name:run"])
def test_a_filter_by_name_means_that_of_the_runs_not_of_the_session(store: Any, q: str) -> None:
    runs = list_runs(store, SCOPE, q=q, limit=1_000).items
    page = list_activity(store, SCOPE, By.SESSION, q=q)
    assert sum(each.runs for each in page.items) == len(runs)


def test_who_had_no_run_is_not_found_in_any_project(store: Any) -> None:
    with pytest.raises(NotFoundError):
        get_activity(store, SCOPE, By.SESSION, "nobody")
    with pytest.raises(NotFoundError):
        get_activity(store, ProjectScope("other"), By.SESSION, "s1")
    assert find_activity(store, SCOPE, By.SESSION, []) == {}
