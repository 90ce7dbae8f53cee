"""A metric's series as they are read: the interval, the series asked for at once, and the most of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from fanlight.clock import ManualClock
from fanlight.errors import InvalidError, NotFoundError
from fanlight.model.meshagent import MeshMetric
from fanlight.model.metric import Bucket, MetricSeries, Series
from fanlight.query import metrics
from fanlight.query.filter import Condition
from fanlight.query.meshagent import metrics as mesh
from fanlight.query.metrics import get_metric
from fanlight.query.series import CUMULATIVE, DELTA
from fanlight.query.times import NS

from .answers import SCOPE, Answers, Rows

NOTHING: list[Any] = [0, None, None, None, [], [], 0, 0, 0.0, ([], []), ([], []), [], []]
NAMES = ("count", "sum", "min", "max", "bounds", "counts", "scale", "zeros", "threshold", "above", "below")


def point(series: int, at_s: int, value: float | None = None, *, start_s: int = 0, **more: Any) -> list[Any]:
    """A row of a metric's points."""
    names = (*NAMES, "shares", "values")
    told = [more.get(name, empty) for name, empty in zip(names, NOTHING, strict=True)]
    return [series, start_s * NS, at_s * NS, value, *told]


class Metrics(Answers):
    """A store with one metric: `series` are number, attribute `k`, temporality, monotonic; `rows` points."""

    def __init__(self, type_: str, series: list[tuple[int, str, int, int]], rows: Rows) -> None:
        super().__init__(
            list_metrics=[("m", type_, "s", "", 0, 0, [], len(series), len(rows), 0)],
            metric_kinds=[(type_, "s", 0, 0, 60 * NS, 119 * NS)],
            metric_series=[
                (number, "", ["k"], [name], temporality, monotonic, 1)
                for number, name, temporality, monotonic in series
            ],
            **dict.fromkeys(("metric_levels", "metric_merged", "metric_points"), self._points),
        )
        self.rows = rows

    def _points(self, asked: Mapping[str, Any]) -> Rows:
        return [row for row in self.rows if row[0] in asked["series"]][: asked["limit"]]


def read(store: Answers, **asked: Any) -> MetricSeries:
    return get_metric(store, SCOPE, "m", clock=ManualClock(), **asked)  # type: ignore[arg-type]


def minute(number: int) -> str:
    return f"1970-01-01T00:{number:02}:00.000000000Z"


@pytest.mark.parametrize("interval_s", [0, -60])
def test_an_interval_is_at_least_one_second(interval_s: int) -> None:
    store = Metrics("gauge", [], [])
    with pytest.raises(InvalidError) as refused:
        read(store, interval_s=interval_s)
    assert str(refused.value) == f"interval is {interval_s} s; it is at least one second"
    assert store.asked == ["metric_kinds"]


def test_a_metric_that_nobody_sent_is_not_there() -> None:
    with pytest.raises(NotFoundError) as refused:
        read(Answers())
    assert str(refused.value) == "no metric 'm' in project default; fanlight lists them"


def test_a_metric_without_a_series_in_the_window_has_none_and_no_point_is_asked_for() -> None:
    store = Metrics("gauge", [], [point(1, 60, 1.0)])
    assert read(store) == MetricSeries(
        name="m", type="gauge", unit="s", interval_s=1, series=[], truncated=False
    )
    assert store.asked == ["metric_kinds", "metric_series"]


def test_a_summary_shows_the_last_quantiles_of_each_interval_and_how_its_count_grew() -> None:
    told = [
        point(1, 60, start_s=60, count=4, sum=8.0, shares=[0.0, 0.5, 1.0], values=[1.0, 2.0, 3.0]),
        point(1, 119, start_s=60, count=9, sum=18.0, shares=[0.5, 0.99], values=[2.5, 5.0]),
        point(1, 120, start_s=60, count=10, sum=20.0, shares=[0.95], values=[4.0]),
    ]
    store = Metrics("summary", [(1, "a", 0, 0)], told)
    found = read(store, interval_s=60)
    assert found.series == [
        Series(
            attributes={"k": "a"},
            total=10.0,
            buckets=[
                Bucket(at=minute(1), count=9, sum=18.0, p50=2.5, p99=5.0),
                Bucket(at=minute(2), count=1, sum=2.0, p95=4.0),
            ],
        )
    ]
    assert store.asked[-1] == "metric_points"


SUMS = [(1, "delta", DELTA, 1), (2, "grows", CUMULATIVE, 1), (3, "falls", CUMULATIVE, 0)]


def test_series_that_count_in_different_ways_are_asked_for_apart() -> None:
    rows = [point(1, 60, 5.0), point(2, 60, 7.0, start_s=60), point(3, 60, 9.0)]
    store = Metrics("sum", SUMS, rows)
    found = read(store, interval_s=60)
    assert [(one.attributes["k"], one.total, one.buckets) for one in found.series] == [
        ("delta", 5.0, [Bucket(at=minute(1), value=5.0)]),
        ("falls", None, [Bucket(at=minute(1), value=9.0)]),
        ("grows", 7.0, [Bucket(at=minute(1), value=7.0)]),
    ]
    asked = zip(store.asked, store.parameters, strict=True)
    assert [(name, each["series"]) for name, each in asked if isinstance(each.get("series"), list)] == [
        ("metric_levels", [3]),
        ("metric_merged", [1]),
        ("metric_points", [2]),
    ]


def test_with_too_many_points_the_answer_is_cut_and_nothing_more_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(metrics, "MAX_POINTS", 2)
    levels = [point(3, at, float(at)) for at in (60, 61, 62)]
    store = Metrics("sum", SUMS, [*levels, point(1, 60, 5.0)])
    found = read(store, interval_s=1)
    assert [(one.attributes["k"], [bucket.value for bucket in one.buckets]) for one in found.series] == [
        ("falls", [60.0, 61.0])
    ]
    assert (found.truncated, store.asked[2:]) == (True, ["metric_levels"])


def test_as_many_points_as_are_given_at_most_are_the_whole_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "MAX_POINTS", 2)
    store = Metrics("sum", SUMS, [point(3, 60, 1.0), point(1, 60, 5.0)])
    found = read(store, interval_s=60)
    assert [(one.attributes["k"], one.buckets[0].value) for one in found.series] == [
        ("delta", 5.0),
        ("falls", 1.0),
    ]
    assert found.truncated is False


def of_session(store: Answers, since_s: int) -> list[MeshMetric]:
    return mesh.list_metrics(store, SCOPE, Condition(), since_ns=since_s * NS).items  # type: ignore[arg-type]


def test_a_series_of_a_session_with_no_point_in_it_is_left_out() -> None:
    series = [(1, "before", 0, 0), (2, "since", 0, 0)]
    store = Metrics("gauge", series, [point(1, 59, 1.0), point(2, 59, 2.0), point(2, 60, 3.0)])
    found = of_session(store, 60)
    assert [(one.metric_attributes, one.value, one.created_at) for one in found] == [
        ({"k": "since"}, 3.0, minute(1))
    ]


@pytest.mark.parametrize(
    ("buckets", "bounds", "counts"),
    [
        ({"above": ([0, 1], [3, 4])}, [0.0, 1.0, 2.0, 4.0], [0, 0, 3, 4, 0]),
        ({"below": ([0, 1], [3, 4]), "zeros": 2}, [-4.0, -2.0, -1.0, 0.0], [0, 4, 3, 2, 0]),
        ({"above": ([0], [3]), "zeros": 2, "threshold": 1.0}, [-1.0, 1.0, 2.0], [0, 2, 3, 0]),
    ],
)
def test_exponential_buckets_side_by_side_share_a_bound(
    buckets: dict[str, Any], bounds: list[float], counts: list[int]
) -> None:
    told = point(1, 60, count=sum(counts), sum=1.0, **buckets)
    [found] = of_session(Metrics("exponential_histogram", [(1, "a", DELTA, 0)], [told]), 0)
    assert (found.explicit_bounds, found.bucket_counts) == (bounds, counts)
    assert (found.kind, found.sent_as, found.count) == ("histogram", "exponential_histogram", sum(counts))
