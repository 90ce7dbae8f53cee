"""What is older than its project keeps is removed, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fanlight import config
from fanlight.model.retention import Retention
from fanlight.store.engine import open_store
from fanlight.store.expiry import RECEIVED

from .telemetry import SECOND_NS, gauge, logs, span, traces

# The engine removes by its own clock what says so itself.
NOW_NS = time.time_ns()
DAY_NS = 86_400 * SECOND_NS
ROWS = " UNION ALL ".join(
    f"SELECT '{table}' AS place, project_id, count() FROM {table} GROUP BY project_id" for table in RECEIVED
)


class Settings:
    """The retention, as it is set now."""

    def __init__(self) -> None:
        self.now = Retention(0)

    def __call__(self) -> Retention:
        return self.now


@pytest.fixture
def kept() -> Settings:
    return Settings()


@pytest.fixture
def store(url: str, tmp_path: Path, kept: Settings) -> Iterator[Any]:
    opened = open_store(url, tmp_path, config.load(environ={}), retention=kept)
    opened.open()
    yield opened
    opened.close()


def fill(store: Any, log: Any, project: str, *, days_ago: int) -> None:
    at_ns = NOW_NS - days_ago * DAY_NS
    sent = traces(span("call", trace=days_ago + 1, number=1))
    for each in sent.resource_spans[0].scope_spans[0].spans:
        each.start_time_unix_nano, each.end_time_unix_nano = at_ns, at_ns + SECOND_NS
    for request in (sent, logs("said", at_ns=at_ns), gauge("load", 1.0, at_ns=at_ns)):
        inserted = store.insert(log.segment(request, project=project, received_ns=at_ns + SECOND_NS))
        store.summarise(sorted(inserted.runs), first_seq=log.next_seq)
        log.next_seq += 100


def counts(rows: Callable[[str], list[Any]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for table, project, number in rows(ROWS):
        found.setdefault(project, {})[table] = number
    return found


def work_off(store: Any, now_ns: int = NOW_NS) -> int:
    pieces = 0
    while store.expire(now_ns):
        pieces += 1
    return pieces


ONE_OF_EACH = {"spans": 1, "trace_index": 1, "runs": 1, "logs": 1, "metrics": 1}
TWO_OF_EACH = dict.fromkeys(ONE_OF_EACH, 2)


def test_fewer_days_remove_what_is_older_of_that_project_alone(
    store: Any, kept: Settings, log: Any, rows: Any
) -> None:
    for project in ("lab", "ledger"):
        for days_ago in (0, 10):
            fill(store, log, project, days_ago=days_ago)
    assert work_off(store) == 0
    kept.now = Retention(0, {"lab": 7})
    assert work_off(store) > 0
    assert counts(rows) == {"lab": ONE_OF_EACH, "ledger": TWO_OF_EACH}
    # Seen once a day, and what was young then is old a week later.
    assert work_off(store) == 0
    assert work_off(store, NOW_NS + 8 * DAY_NS) > 0
    assert counts(rows) == {"ledger": TWO_OF_EACH}


def test_a_row_says_for_how_long_by_the_setting_of_its_project(
    store: Any, kept: Settings, log: Any, rows: Any
) -> None:
    kept.now = Retention(30, {"lab": 7, "ledger": 0})
    for project in ("lab", "ledger", "other"):
        fill(store, log, project, days_ago=0)
    for table in ONE_OF_EACH:
        found = rows(f"SELECT project_id, max(retention_days) FROM {table} GROUP BY project_id ORDER BY 1")
        assert found == [("lab", 7), ("ledger", 0), ("other", 30)], table


def test_more_days_keep_what_comes_from_then_on(store: Any, kept: Settings, log: Any, rows: Any) -> None:
    kept.now = Retention(30, {"lab": 7})
    fill(store, log, "lab", days_ago=0)
    kept.now = Retention(30, {"lab": 90})
    fill(store, log, "lab", days_ago=1)
    assert work_off(store) == 0
    assert rows("SELECT retention_days FROM spans ORDER BY received_at") == [(90,), (7,)]
