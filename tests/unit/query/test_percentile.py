"""Percentiles read off histogram buckets."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.query.percentile import (
    Exponential,
    Range,
    explicit_ranges,
    exponential_ranges,
    merge,
    percentile,
    rescale,
)


@pytest.mark.parametrize(
    ("count", "shares"),
    [
        (1, [None, None, None]),
        (2, [1, None, None]),
        (19, [1, None, None]),
        (20, [1, 1, None]),
        (100, [1, 1, 1]),
    ],
)
def test_too_few_samples_give_no_percentile(count: int, shares: list[int | None]) -> None:
    found = [percentile([Range(1, 1, count)], share) for share in (0.5, 0.95, 0.99)]
    assert found == shares


def test_nothing_measured_gives_nothing() -> None:
    assert percentile([], 0.5) is None
    assert percentile([Range(0, 1, 0)], 0.5) is None


def test_inside_a_bucket_samples_lie_evenly() -> None:
    ranges = explicit_ranges([10.0, 20.0], [0, 100, 0])
    assert [percentile(ranges, share) for share in (0.5, 0.95, 0.99)] == [15.0, 19.5, 19.9]


def test_the_extremes_bound_what_a_bucket_can_mean() -> None:
    ranges = explicit_ranges([10.0], [100, 100], least=9.0, most=11.0)
    assert [percentile(ranges, share, least=9.0, most=11.0) for share in (0.25, 0.75)] == [9.5, 10.5]


def test_samples_beyond_the_last_bound_read_as_that_bound_when_the_maximum_is_unknown() -> None:
    assert percentile(explicit_ranges([1.0, 2.0], [0, 0, 100]), 0.5) == 2.0


def test_negative_bounds_begin_at_the_first_bound() -> None:
    assert explicit_ranges([-5.0, 5.0], [1, 2, 3]) == [
        Range(-5.0, -5.0, 1),
        Range(-5.0, 5.0, 2),
        Range(5.0, 5.0, 3),
    ]


def test_a_histogram_without_bounds_spreads_over_its_extremes() -> None:
    assert explicit_ranges([], [4], least=1.0, most=3.0) == [Range(1.0, 3.0, 4)]
    assert explicit_ranges([], [4]) == []


def exponential(values: list[float], scale: int) -> Exponential:
    """A histogram of `values`, index by index, as the specification defines them."""
    positive: dict[int, int] = {}
    negative: dict[int, int] = {}
    for value in values:
        if value:
            index = math.ceil(math.log2(abs(value)) * 2**scale) - 1
            side = positive if value > 0 else negative
            side[index] = side.get(index, 0) + 1
    return Exponential(scale=scale, zero_count=values.count(0), positive=positive, negative=negative)


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
@pytest.mark.parametrize("sign", [1, -1])
def test_an_exponential_percentile_is_as_near_as_its_bucket_is_wide(share: float, sign: int) -> None:
    generator = random.Random(7)
    values = [sign * generator.lognormvariate(3, 1.5) for _ in range(2000)]
    found = percentile(exponential_ranges(exponential(values, 4)), share)
    exact = sorted(values)[math.ceil(share * len(values)) - 1]
    assert found is not None
    assert found / exact == pytest.approx(1, rel=2 ** (2**-4) - 1)


def test_ranges_of_an_exponential_histogram_ascend_through_zero() -> None:
    histogram = Exponential(
        scale=0, zero_count=3, zero_threshold=0.5, positive={0: 1, 2: 1}, negative={0: 2, 1: 4}
    )
    assert [(part.low, part.high, part.count) for part in exponential_ranges(histogram)] == [
        (-4.0, -2.0, 4),
        (-2.0, -1.0, 2),
        (-0.5, 0.5, 3),
        (1.0, 2.0, 1),
        (4.0, 8.0, 1),
    ]


def test_edges_beyond_a_double_end_at_its_range() -> None:
    ranges = exponential_ranges(Exponential(scale=-10, positive={0: 2, 1: 2, -5: 2}))
    assert all(math.isfinite(part.low) and math.isfinite(part.high) for part in ranges)
    assert percentile(ranges, 0.5) is not None


counts = st.dictionaries(st.integers(-50, 50), st.integers(0, 9), max_size=8)
histograms = st.builds(
    lambda scale, zero, positive, negative: Exponential(
        scale=scale, zero_count=zero, positive=positive, negative=negative
    ),
    st.integers(-3, 6),
    st.integers(0, 9),
    counts,
    counts,
)


def size(histogram: Exponential) -> int:
    return histogram.zero_count + sum(histogram.positive.values()) + sum(histogram.negative.values())


@given(histograms, histograms)
def test_merging_keeps_every_sample_and_its_order_does_not_matter(
    one: Exponential, other: Exponential
) -> None:
    merged = merge(one, other)
    assert size(merged) == size(one) + size(other)
    assert merged == merge(other, one)


@given(histograms, st.integers(-3, 6))
def test_taking_away_undoes_merging(one: Exponential, scale: int) -> None:
    other = Exponential(scale=scale, zero_count=1, positive={3: 2})
    back = merge(merge(one, other), other, sign=-1)
    expected = rescale(one, back.scale)
    assert {k: v for k, v in back.positive.items() if v} == {k: v for k, v in expected.positive.items() if v}
    assert back.zero_count == one.zero_count
