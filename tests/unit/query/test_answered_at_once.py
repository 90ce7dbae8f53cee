"""Questions that have their answer without the store, or with little of it."""

from __future__ import annotations

from typing import Any

import pytest

from fanlight.catalog.services import KnownService
from fanlight.errors import InvalidError
from fanlight.model.budget import Budget, BudgetScope, Period, Standing, Unit, Verdict
from fanlight.model.plugin import ExporterReport, Plugin
from fanlight.model.run import Run, RunStatus
from fanlight.model.service import ServiceReport
from fanlight.model.span import SpanCost
from fanlight.plugins import Listed, Registry
from fanlight.query.budgets import get_verdict
from fanlight.query.costs import with_terms
from fanlight.query.debugging import same_input
from fanlight.query.plugins import merge
from fanlight.query.run_events import Told, resume
from fanlight.query.services import service_shown
from fanlight.query.topics import Topics, parse_topics
from fanlight.query.usage import get_usage
from fanlight.query.values import list_values

from .answers import SCOPE, Answers


def budget(period: Period) -> Budget:
    return Budget(
        name=str(period), scope=BudgetScope.PROJECT, subject="", period=period, unit=Unit.USD, limit="1",
        created_at="",
    )  # fmt: skip


def test_a_budget_of_a_single_run_says_nothing_of_the_project() -> None:
    store = Answers(budget_use=[("1.50", 7, 2)])
    asked = [budget(Period.RUN), budget(Period.DAY)]
    verdict = get_verdict(store, SCOPE, asked, run_id=None, now_ns=0)  # type: ignore[arg-type]
    day = Standing(
        name="day", scope=BudgetScope.PROJECT, subject="", period=Period.DAY, unit=Unit.USD, limit="1",
        used="1.5", unpriced_tokens=2, exceeded=True,
    )  # fmt: skip
    assert verdict == Verdict(verdict="exceeded", run=None, budgets=[day])


def test_a_cost_whose_price_is_no_longer_kept_is_shown_without_its_arithmetic() -> None:
    cost = SpanCost(amount="0.25", source="price", price_id="7")
    store = Answers()
    assert with_terms(store, SCOPE, cost, {"input": 5}, {}) == cost  # type: ignore[arg-type]
    assert (store.asked, store.parameters) == (["get_price"], [{"price_id": 7}])


@pytest.mark.parametrize("cost", [None, SpanCost(amount="0.25", source="reported")])
def test_a_cost_that_stands_on_no_price_is_asked_no_price(cost: SpanCost | None) -> None:
    store = Answers()
    assert with_terms(store, SCOPE, cost, {}, {}) == cost  # type: ignore[arg-type]
    assert store.asked == []


@pytest.mark.parametrize("said", [None, ""])
def test_a_run_that_nothing_went_into_is_compared_with_no_other(said: str | None) -> None:
    store = Answers()
    run = Run(id="r", trace_id="t", name="", status=RunStatus.ERROR, started_at="", input=said)
    assert (same_input(store, SCOPE, run), store.asked) == (None, [])  # type: ignore[arg-type]


def a_report(state: str) -> ExporterReport:
    return ExporterReport(
        at="", state=state, place=None, error=None, delivered=None, dropped=None, restarts=None, run=None,
        service=None, last_error=None, last_error_at=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("reported", "name"),
    [
        ("dd", "dd"),
        ("datadog", "datadog"),
    ],
)
def test_a_listed_exporter_is_known_to_agents_by_its_id_or_by_its_packages_name(
    reported: str, name: str
) -> None:
    listed = Registry(listed=(Listed(id="dd", pypi_package="charm_telemetry_datadog"),))
    report = a_report("healthy")
    assert merge(listed, [], {reported: report}).items == [
        Plugin(id="dd", name=name, pypi_package="charm_telemetry_datadog", listed=True, report=report)
    ]


def test_a_listed_exporter_that_no_agent_has_stands_beside_one_that_is_not_listed() -> None:
    listed = Registry(listed=(Listed(id="dd", pypi_package="charm_telemetry_datadog"),))
    report = a_report("open")
    assert merge(listed, [], {"sentry": report}).items == [
        Plugin(id="dd", pypi_package="charm_telemetry_datadog", listed=True),
        Plugin(id="sentry", name="sentry", report=report),
    ]


A_RUN = "ab" * 16


@pytest.mark.parametrize(
    ("last_id", "upto", "told"),
    [
        ("7", 7, Told(place=7)),
        ("7-final", 6, Told(place=6, final=True)),
        ("7+final", 7, Told(place=7, final=True)),
        ("7+error", 7, Told(place=7, final=True, error=True)),
        ("7+end", 7, Told(place=7, final=True, over=True)),
    ],
)
def test_a_reader_goes_on_exactly_behind_the_message_that_it_names(
    last_id: str, upto: int, told: Told
) -> None:
    store = Answers()
    assert resume(store, SCOPE, A_RUN, last_id) == told  # type: ignore[arg-type]
    assert [each["upto"] for each in store.parameters] == [upto]


@pytest.mark.parametrize(
    ("run_id", "logs"),
    [
        (A_RUN, f"trace:{A_RUN}"),
        ("run-7", 'room:"lobby" service:"door \\"a\\""'),
        (A_RUN.upper(), 'room:"lobby" service:"door \\"a\\""'),
        (None, 'room:"lobby" service:"door \\"a\\""'),
    ],
)
def test_the_logs_of_a_service_are_those_of_its_run_where_that_is_a_trace(
    run_id: str | None, logs: str
) -> None:
    report = ServiceReport(name='door "a"', kind="agent", state="running", run_id=run_id)
    known = KnownService(room="lobby", session=None, report=report, started_ns=0, reported_ns=0)
    assert service_shown(known, now_ns=0).logs == logs


def test_a_stream_needs_a_topic() -> None:
    with pytest.raises(InvalidError) as refused:
        parse_topics([])
    assert str(refused.value) == "a stream needs a topic; for example topics=runs,logs"
    assert parse_topics(["session:b", "session:a", "runs"]) == Topics(
        whole=frozenset({"runs"}), runs=(), rooms=(), sessions=("a", "b")
    )


def usage_row(key: str, *, tokens: int = 0, cost: str = "0") -> list[Any]:
    return [0, key, 0, 1, 1, 0, tokens, 0, 0, 0, 0, cost, 0, 0, [0.0, 0.0, 0.0]]


NAMELESS = [usage_row("a"), usage_row(""), usage_row("", tokens=5), usage_row("", cost="0.1")]


@pytest.mark.parametrize(
    ("group", "keys"),
    [
        ("tool", ["a"]),
        ("model", ["a", None, None]),
        ("provider", ["a", None, None]),
        ("agent", ["a", None, None, None]),
    ],
)
def test_what_has_no_name_is_listed_where_it_counts(group: str, keys: list[str | None]) -> None:
    store = Answers(usage=[usage_row(""), *NAMELESS])
    assert [item.key for item in get_usage(store, SCOPE, group=group).items] == keys  # type: ignore[arg-type]


@pytest.mark.parametrize("field", ["agent x", "-agent", "nothing"])
def test_values_are_listed_of_one_field_that_there_is(field: str) -> None:
    store = Answers()
    with pytest.raises(InvalidError) as refused:
        list_values(store, SCOPE, "runs", field)  # type: ignore[arg-type]
    assert str(refused.value).startswith(f"runs have no field {field}; they have id, ")
    assert store.asked == []
