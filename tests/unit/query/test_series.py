"""From points to buckets: increases, levels, restarts, histograms and summaries."""

import random
from itertools import pairwise

from dirty_equals import IsApprox
from hypothesis import given
from hypothesis import strategies as st

from fanlight.model.metric import Bucket
from fanlight.query.percentile import Exponential
from fanlight.query.series import (
    CUMULATIVE,
    DELTA,
    Histogram,
    Point,
    fold_histogram,
    fold_last,
    fold_level,
    fold_sum,
    fold_summary,
)
from fanlight.query.times import NS

MINUTE = 60
SINCE = 600 * NS


def at(seconds: float, value: float, start: float = 600) -> Point:
    return Point(time_ns=int(seconds * NS), start_ns=int(start * NS), value=value)


def shown(buckets: list[Bucket]) -> dict[str, float | None]:
    return {bucket.at[14:19]: bucket.value for bucket in buckets}


def test_a_gauge_shows_the_last_level_of_each_interval() -> None:
    points = [at(500, 9), at(600, 1), at(659, 2), at(660, 3), at(840, 4)]
    assert shown(fold_last(points, SINCE, MINUTE)) == {"10:00": 2, "11:00": 3, "14:00": 4}


def test_delta_sums_add_up() -> None:
    points = [at(500, 9), at(610, 1), at(620, 2), at(660, 4)]
    assert shown(fold_sum(points, SINCE, MINUTE, temporality=DELTA)) == {"10:00": 3, "11:00": 4}


def test_cumulative_sums_show_the_increase() -> None:
    points = [at(610, 5), at(620, 7), at(660, 7), at(720, 10)]
    assert shown(fold_sum(points, SINCE, MINUTE, temporality=CUMULATIVE)) == {
        "10:00": 7,
        "11:00": 0,
        "12:00": 3,
    }


def test_a_lower_count_is_a_restart() -> None:
    points = [at(610, 5), at(660, 2), at(720, 3)]
    assert shown(fold_sum(points, SINCE, MINUTE, temporality=CUMULATIVE)) == {
        "10:00": 5,
        "11:00": 2,
        "12:00": 1,
    }


def test_a_later_start_is_a_restart_even_when_the_count_is_higher() -> None:
    points = [at(610, 5), at(660, 8, start=640)]
    assert shown(fold_sum(points, SINCE, MINUTE, temporality=CUMULATIVE)) == {"10:00": 5, "11:00": 8}


def test_what_was_counted_before_the_window_is_not_an_increase_in_it() -> None:
    running_since_long = [at(610, 500, start=10), at(660, 503, start=10)]
    with_baseline = [at(590, 490, start=10), *running_since_long]
    assert shown(fold_sum(running_since_long, SINCE, MINUTE, temporality=CUMULATIVE)) == {"11:00": 3}
    assert shown(fold_sum(with_baseline, SINCE, MINUTE, temporality=CUMULATIVE)) == {"10:00": 10, "11:00": 3}


def test_a_delta_sum_that_may_fall_shows_its_running_total() -> None:
    assert shown(fold_level([at(610, 5), at(620, -2), at(660, -1)], SINCE, MINUTE)) == {
        "10:00": 3,
        "11:00": 2,
    }


@given(st.lists(st.integers(0, 100), min_size=1, max_size=40), st.integers(1, 50))
def test_cumulative_and_delta_of_the_same_counts_give_the_same_buckets(amounts: list[int], step: int) -> None:
    times = [600 + step * (n + 1) for n in range(len(amounts))]
    deltas = [at(time, amount) for time, amount in zip(times, amounts, strict=True)]
    totals = [at(time, sum(amounts[: n + 1])) for n, time in enumerate(times)]
    assert fold_sum(totals, SINCE, MINUTE, temporality=CUMULATIVE) == fold_sum(
        deltas, SINCE, MINUTE, temporality=DELTA
    )


def histogram(values: list[float], **more: float) -> Histogram:
    bounds = (10.0, 100.0)
    counts = (
        sum(value <= 10 for value in values),
        sum(10 < value <= 100 for value in values),
        sum(value > 100 for value in values),
    )
    return Histogram(count=len(values), sum=sum(values), bounds=bounds, counts=counts, **more)


def test_delta_histograms_merge_with_their_extremes() -> None:
    points = [
        Point(time_ns=610 * NS, histogram=histogram([5.0] * 50, min=5.0, max=5.0)),
        Point(time_ns=620 * NS, histogram=histogram([50.0] * 50, min=50.0, max=50.0)),
    ]
    assert fold_histogram(points, SINCE, MINUTE, temporality=DELTA) == [
        Bucket(
            at="1970-01-01T00:10:00.000000000Z",
            count=100,
            sum=2750.0,
            min=5.0,
            max=50.0,
            p50=10.0,
            p95=50.0,
            p99=50.0,
        )
    ]


def test_cumulative_histograms_show_what_came_between() -> None:
    first = [5.0] * 3
    points = [
        Point(time_ns=610 * NS, start_ns=SINCE, histogram=histogram(first)),
        Point(time_ns=660 * NS, start_ns=SINCE, histogram=histogram([*first, *([50.0] * 2)])),
        Point(time_ns=720 * NS, start_ns=SINCE, histogram=histogram([500.0])),
    ]
    buckets = fold_histogram(points, SINCE, MINUTE, temporality=CUMULATIVE)
    assert [(b.count, b.sum, b.p50, b.p95) for b in buckets] == [
        (3, 15.0, 5.0, None),
        (2, 100.0, 55.0, None),
        (1, 500.0, None, None),
    ]


def test_exponential_histograms_of_different_scales_merge() -> None:
    points = [
        Point(
            time_ns=610 * NS,
            histogram=Histogram(
                count=60, sum=90.0, exponential=Exponential(scale=1, positive={0: 30, 1: 30})
            ),
        ),
        Point(
            time_ns=620 * NS,
            histogram=Histogram(count=60, sum=180.0, exponential=Exponential(scale=0, positive={1: 60})),
        ),
    ]
    [bucket] = fold_histogram(points, SINCE, MINUTE, temporality=DELTA)
    assert (bucket.count, bucket.sum, bucket.p50) == (120, 270.0, 2.0)
    assert bucket.p99 == IsApprox(2 * 2**0.98, delta=1e-9)


def test_histograms_of_different_bounds_are_counted_but_give_no_percentile() -> None:
    other = Histogram(count=200, sum=1.0, bounds=(7.0,), counts=(100, 100))
    points = [
        Point(time_ns=610 * NS, histogram=histogram([5.0] * 50)),
        Point(time_ns=620 * NS, histogram=other),
    ]
    [bucket] = fold_histogram(points, SINCE, MINUTE, temporality=DELTA)
    assert (bucket.count, bucket.sum, bucket.p50) == (250, 251.0, None)


def test_a_summary_gives_the_quantiles_that_were_sent_and_no_other() -> None:
    points = [
        Point(
            time_ns=int(seconds * NS),
            start_ns=SINCE,
            histogram=Histogram(count=count, sum=count * 2.0),
            quantiles={0.5: median, 0.99: 9.0},
        )
        for seconds, count, median in [(610, 10, 1.0), (650, 15, 1.5), (660, 20, 2.0)]
    ]
    assert fold_summary(points, SINCE, MINUTE) == [
        Bucket(at="1970-01-01T00:10:00.000000000Z", count=15, sum=30.0, p50=1.5, p99=9.0),
        Bucket(at="1970-01-01T00:11:00.000000000Z", count=5, sum=10.0, p50=2.0, p99=9.0),
    ]


def test_a_thousand_samples_sent_cumulatively_give_the_percentiles_of_the_samples() -> None:
    generator = random.Random(3)
    values: list[float] = []
    points = []
    bounds = tuple(float(bound) for bound in range(5, 101, 5))
    for step in range(10):
        values += [generator.uniform(0, 100) for _ in range(100)]
        edges = [-1.0, *bounds, 1e9]
        counts = tuple(sum(low < value <= high for value in values) for low, high in pairwise(edges))
        part = Histogram(count=len(values), sum=sum(values), bounds=bounds, counts=counts)
        points.append(Point(time_ns=(610 + step) * NS, start_ns=SINCE, histogram=part))
    [bucket] = fold_histogram(points, SINCE, MINUTE, temporality=CUMULATIVE)
    assert bucket.count == 1000
    assert bucket.p50 == IsApprox(sorted(values)[499], delta=2)
    assert bucket.p99 == IsApprox(sorted(values)[989], delta=2)
