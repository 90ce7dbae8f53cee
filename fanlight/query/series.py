"""One metric series: from the points that came to the buckets of a chart. Pure functions.

The points are given in order of time, whatever order they came in. Cumulative points say what was counted
since `start_ns`; what belongs to an interval is the difference to the point before of the same start. A lower
count is a restart, and then the whole point is new; so is the first point of a start when the start lies in
the window, or when points of an earlier start are known. Otherwise nobody knows what happened before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from fanlight.model.metric import Bucket
from fanlight.query.percentile import (
    Exponential,
    Range,
    explicit_ranges,
    exponential_ranges,
    merge,
    percentile,
)
from fanlight.query.times import NS, rfc3339

DELTA, CUMULATIVE = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """What a histogram point counted: explicit buckets or exponential ones."""

    count: int
    sum: float | None
    min: float | None = None
    max: float | None = None
    bounds: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    exponential: Exponential | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One data point. `value` belongs to gauges and sums, `histogram` and `quantiles` to the others."""

    time_ns: int
    start_ns: int = 0
    value: float | None = None
    histogram: Histogram | None = None
    quantiles: Mapping[float, float] = field(default_factory=lambda: MappingProxyType({}))


def fold_last(points: Sequence[Point], since_ns: int, interval_s: int) -> list[Bucket]:
    """Gauges, and sums that may fall: the last level of each interval."""
    last = {point.time_ns // (interval_s * NS): point.value for point in points if point.time_ns >= since_ns}
    return [Bucket(at=_at(place, interval_s), value=value) for place, value in sorted(last.items())]


def fold_level(points: Sequence[Point], since_ns: int, interval_s: int) -> list[Bucket]:
    """Delta sums that may fall: their running total since the window began."""
    level, levels = 0.0, []
    for point in points:
        if point.time_ns >= since_ns and point.value is not None:
            level += point.value
            levels.append(Point(time_ns=point.time_ns, value=level))
    return fold_last(levels, since_ns, interval_s)


def fold_sum(points: Sequence[Point], since_ns: int, interval_s: int, *, temporality: int) -> list[Bucket]:
    """Sums that only grow: the increase in each interval."""
    found: dict[int, float] = {}
    for time_ns, amount in _increases(points, since_ns, temporality):
        place = time_ns // (interval_s * NS)
        found[place] = found.get(place, 0.0) + amount
    return [Bucket(at=_at(place, interval_s), value=value) for place, value in sorted(found.items())]


def fold_histogram(
    points: Sequence[Point], since_ns: int, interval_s: int, *, temporality: int
) -> list[Bucket]:
    """Histograms of both kinds: the samples of each interval and their percentiles."""
    found: dict[int, list[Histogram]] = {}
    for time_ns, part in _parts(points, since_ns, temporality):
        found.setdefault(time_ns // (interval_s * NS), []).append(part)
    return [_histogram_bucket(_at(place, interval_s), parts) for place, parts in sorted(found.items())]


def fold_summary(points: Sequence[Point], since_ns: int, interval_s: int) -> list[Bucket]:
    """Summaries: the last quantiles of each interval, as the sender computed them, and the count's growth.

    Quantiles of two summaries cannot be merged, so none is made up: what was not sent is None.
    """
    counted = fold_histogram(points, since_ns, interval_s, temporality=CUMULATIVE)
    grown = {bucket.at: bucket for bucket in counted}
    last = {
        _at(p.time_ns // (interval_s * NS), interval_s): p.quantiles for p in points if p.time_ns >= since_ns
    }
    return [
        Bucket(
            at=at,
            count=grown[at].count if at in grown else None,
            sum=grown[at].sum if at in grown else None,
            min=quantiles.get(0.0),
            max=quantiles.get(1.0),
            p50=quantiles.get(0.5),
            p95=quantiles.get(0.95),
            p99=quantiles.get(0.99),
        )
        for at, quantiles in sorted(last.items())
    ]


def whole_histograms(points: Sequence[Point], since_ns: int, *, temporality: int) -> list[Histogram]:
    """Histograms of both kinds: all samples since `since_ns`, one histogram for each set of bounds.

    Explicit buckets of different bounds cannot be merged, exponential ones always can.
    """
    found: dict[object, list[Histogram]] = {}
    for _, part in _parts(points, since_ns, temporality):
        found.setdefault(part.bounds if part.exponential is None else "exponential", []).append(part)
    return [_merged(parts) for parts in found.values()]


def _merged(parts: Sequence[Histogram]) -> Histogram:
    bucket = _histogram_bucket("", parts)
    exponential = parts[0].exponential
    for part in parts[1:]:
        if exponential is not None and part.exponential is not None:
            exponential = merge(exponential, part.exponential)
    return Histogram(
        count=bucket.count or 0,
        sum=bucket.sum,
        min=bucket.min,
        max=bucket.max,
        bounds=parts[0].bounds,
        counts=tuple(sum(column) for column in zip(*(part.counts for part in parts), strict=False)),
        exponential=exponential,
    )


def _at(place: int, interval_s: int) -> str:
    return rfc3339(place * interval_s * NS)


def _increases(points: Sequence[Point], since_ns: int, temporality: int) -> Iterator[tuple[int, float]]:
    known: dict[int, Point] = {}
    for point in points:
        if point.value is None:
            continue
        amount: float | None = point.value
        if temporality == CUMULATIVE:
            amount = _since_before(point, known, since_ns)
            known[point.start_ns] = point
        if point.time_ns >= since_ns and amount is not None:
            yield point.time_ns, amount


def _since_before(point: Point, known: Mapping[int, Point], since_ns: int) -> float | None:
    value = point.value or 0.0
    before = known.get(point.start_ns)
    if before is None:
        return value if _is_whole(point, known, since_ns) else None
    return value if value < (before.value or 0.0) else value - (before.value or 0.0)


def _parts(points: Sequence[Point], since_ns: int, temporality: int) -> Iterator[tuple[int, Histogram]]:
    known: dict[int, Point] = {}
    for point in points:
        part = point.histogram
        if part is None:
            continue
        if temporality == CUMULATIVE:
            part = _histogram_since(point, known, since_ns)
            known[point.start_ns] = point
        if point.time_ns >= since_ns and part is not None:
            yield point.time_ns, part


def _histogram_since(point: Point, known: Mapping[int, Point], since_ns: int) -> Histogram | None:
    before = known.get(point.start_ns)
    now, old = point.histogram, before.histogram if before else None
    if now is None or old is None:
        return now if _is_whole(point, known, since_ns) else None
    if now.bounds != old.bounds or now.count < old.count:
        return now
    counts = tuple(new - seen for new, seen in zip(now.counts, old.counts, strict=False))
    exponential = None
    if now.exponential and old.exponential:
        exponential = merge(now.exponential, old.exponential, sign=-1)
    if any(count < 0 for count in counts) or (exponential and _negative(exponential)):
        return now
    return Histogram(
        count=now.count - old.count,
        sum=None if now.sum is None or old.sum is None else now.sum - old.sum,
        bounds=now.bounds,
        counts=counts,
        exponential=exponential,
    )


def _is_whole(point: Point, known: Mapping[int, Point], since_ns: int) -> bool:
    """Whether all that the first point of a start counts is new."""
    return point.start_ns > 0 and (
        point.start_ns >= since_ns or any(0 < start_ns < point.start_ns for start_ns in known)
    )


def _negative(histogram: Exponential) -> bool:
    buckets = (*histogram.positive.values(), *histogram.negative.values(), histogram.zero_count)
    return any(count < 0 for count in buckets)


def _histogram_bucket(at: str, parts: Sequence[Histogram]) -> Bucket:
    sums = [part.sum for part in parts]
    lowest, highest = [part.min for part in parts], [part.max for part in parts]
    least = None if None in lowest else min(value for value in lowest if value is not None)
    most = None if None in highest else max(value for value in highest if value is not None)
    ranges = _merged_ranges(parts, least, most)
    return Bucket(
        at=at,
        count=sum(part.count for part in parts),
        sum=None if None in sums else sum(value for value in sums if value is not None),
        min=least,
        max=most,
        p50=percentile(ranges, 0.5, least=least, most=most),
        p95=percentile(ranges, 0.95, least=least, most=most),
        p99=percentile(ranges, 0.99, least=least, most=most),
    )


def _merged_ranges(parts: Sequence[Histogram], least: float | None, most: float | None) -> list[Range]:
    """The parts' buckets as one ascending list; explicit buckets of different bounds cannot be merged."""
    exponentials = [part.exponential for part in parts if part.exponential]
    if exponentials:
        merged = exponentials[0]
        for other in exponentials[1:]:
            merged = merge(merged, other)
        return exponential_ranges(merged)
    bounds = parts[0].bounds
    if any(part.bounds != bounds for part in parts):
        return []
    counts = [sum(column) for column in zip(*(part.counts for part in parts), strict=False)]
    return explicit_ranges(bounds, counts, least=least, most=most)
