"""Metric series with points that say nothing, points before the window, and buckets that shrank."""

from __future__ import annotations

from typing import Any

import pytest

from fanlight.query.percentile import Exponential
from fanlight.query.series import (
    CUMULATIVE,
    DELTA,
    Histogram,
    Point,
    fold_histogram,
    fold_level,
    fold_sum,
    whole_histograms,
)
from fanlight.query.times import NS

MINUTE = 60
SINCE = 600 * NS


def at(seconds: int, value: float | None = None, histogram: Histogram | None = None) -> Point:
    return Point(time_ns=seconds * NS, start_ns=SINCE, value=value, histogram=histogram)


def explicit(*counts: int, bounds: tuple[float, ...] = (10.0, 100.0), **more: Any) -> Histogram:
    """A histogram with so many samples in each bucket; its sum is ten times their number."""
    return Histogram(count=sum(counts), sum=10.0 * sum(counts), bounds=bounds, counts=counts, **more)


def exponential(scale: int, positive: dict[int, int], *, negative: dict[int, int] | None = None) -> Histogram:
    negative = negative or {}
    count = sum(positive.values()) + sum(negative.values())
    buckets = Exponential(scale=scale, positive=positive, negative=negative)
    return Histogram(count=count, sum=10.0 * count, exponential=buckets)


def test_a_level_begins_with_the_window_and_keeps_over_points_without_a_value() -> None:
    points = [at(599, 100), at(600, 5), at(610), at(660, -2)]
    found = fold_level(points, SINCE, MINUTE)
    assert [(bucket.at[14:19], bucket.value) for bucket in found] == [("10:00", 5.0), ("11:00", 3.0)]


@pytest.mark.parametrize(("temporality", "values"), [(DELTA, [4.0, 6.0]), (CUMULATIVE, [4.0, 2.0])])
def test_a_point_without_a_value_is_no_increase(temporality: int, values: list[float]) -> None:
    found = fold_sum([at(610, 4), at(620), at(670, 6)], SINCE, MINUTE, temporality=temporality)
    assert [(bucket.at[14:19], bucket.value) for bucket in found] == list(
        zip(("10:00", "11:00"), values, strict=True)
    )


@pytest.mark.parametrize(("temporality", "counts"), [(DELTA, [3, 5]), (CUMULATIVE, [3, 2])])
def test_a_point_without_a_histogram_has_no_samples(temporality: int, counts: list[int]) -> None:
    points = [at(610, histogram=explicit(1, 2, 0)), at(620), at(670, histogram=explicit(2, 3, 0))]
    found = fold_histogram(points, SINCE, MINUTE, temporality=temporality)
    assert [bucket.count for bucket in found] == counts


def test_samples_before_the_window_are_left_out() -> None:
    points = [at(590, histogram=explicit(9, 9, 9)), at(610, histogram=explicit(1, 2, 0))]
    [bucket] = fold_histogram(points, SINCE, MINUTE, temporality=DELTA)
    assert (bucket.at[14:19], bucket.count, bucket.sum) == ("10:00", 3, 30.0)


def test_a_histogram_with_a_bucket_that_shrank_was_counted_anew() -> None:
    points = [at(610, histogram=explicit(5, 0, 0)), at(670, histogram=explicit(2, 6, 0))]
    found = fold_histogram(points, SINCE, MINUTE, temporality=CUMULATIVE)
    assert [(bucket.count, bucket.sum) for bucket in found] == [(5, 50.0), (8, 80.0)]


@pytest.mark.parametrize(
    ("later", "counts"),
    [
        (exponential(0, {0: 7, 1: 1}), [5, 3]),
        (exponential(0, {0: 2, 1: 6}), [5, 8]),
        (exponential(0, {0: 5, 1: 1}, negative={3: 2}), [5, 3]),
    ],
    ids=["it grew", "a bucket shrank", "values below zero came"],
)
def test_an_exponential_histogram_is_counted_anew_only_when_a_bucket_shrank(
    later: Histogram, counts: list[int]
) -> None:
    points = [at(610, histogram=exponential(0, {0: 5})), at(670, histogram=later)]
    found = fold_histogram(points, SINCE, MINUTE, temporality=CUMULATIVE)
    assert [bucket.count for bucket in found] == counts


def test_a_whole_histogram_of_equal_bounds_sums_them_bucket_by_bucket() -> None:
    points = [
        at(590, histogram=explicit(9, 9, 9)),
        at(610, histogram=explicit(1, 2, 0, min=1.0, max=20.0)),
        at(620, histogram=explicit(3, 0, 1, min=2.0, max=300.0)),
        at(630, histogram=explicit(4, 4, bounds=(7.0,))),
    ]
    assert whole_histograms(points, SINCE, temporality=DELTA) == [
        explicit(4, 2, 1, min=1.0, max=300.0),
        explicit(4, 4, bounds=(7.0,)),
    ]


def test_a_whole_exponential_histogram_has_the_lowest_scale_of_its_parts() -> None:
    points = [
        at(610, histogram=exponential(1, {0: 1, 1: 2, 2: 4})),
        at(620, histogram=exponential(0, {1: 8})),
        at(630, histogram=exponential(2, {0: 16})),
    ]
    assert whole_histograms(points, SINCE, temporality=DELTA) == [exponential(0, {0: 1 + 2 + 16, 1: 4 + 8})]
