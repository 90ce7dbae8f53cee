"""Metrics: the list, and one metric as the buckets of a chart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from fanlight.clock import SYSTEM, Clock
from fanlight.errors import InvalidError, NotFoundError
from fanlight.model.metric import Bucket, Metric, MetricSeries, Series
from fanlight.model.project import ProjectScope
from fanlight.query.filter import compile_filter
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
from fanlight.query.times import NS, bounded, rfc3339
from fanlight.store.contract import Store

MAX_METRICS = 1_000
MAX_SERIES = 100
MAX_POINTS = 200_000
BASELINE_NS = 86_400 * NS
"""How far before the window the point is looked for that a cumulative sum is counted from."""

INTERVALS_S = (1, 5, 10, 30, 60, 300, 900, 3_600, 10_800, 43_200, 86_400)
BUCKETS = 150
TEMPORALITY = {DELTA: "delta", CUMULATIVE: "cumulative"}
WITH_TEMPORALITY = ("sum", "histogram", "exponential_histogram")


def list_metrics(
    store: Store,
    scope: ProjectScope,
    *,
    q: str = "",
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> list[Metric]:
    """The metrics that have points in [since, until) and match `q`, by name.

    A name that was sent with two types or units stands twice, the latest first.

    Raises:
        InvalidError: the filter is wrong.
    """
    condition = compile_filter(store, "metrics", q)
    since, until = bounded(since_ns, until_ns)
    parameters = {**condition.parameters, "since_ns": since, "until_ns": until, "limit": MAX_METRICS}
    return [_metric(row) for row in store.read(scope, "list_metrics", parameters, {"filter": condition.sql})]


def get_metric(
    store: Store,
    scope: ProjectScope,
    name: str,
    *,
    since_ns: int | None = None,
    until_ns: int | None = None,
    interval_s: int | None = None,
    q: str = "",
    clock: Clock = SYSTEM,
) -> MetricSeries:
    """The series of metric `name` that match `q`, in intervals that begin at multiples of `interval_s`.

    Without `since_ns` the window begins with the first point, without `until_ns` it ends behind the last one,
    without `interval_s` about 150 intervals fill it. Of a name with several types the latest is given.

    Raises:
        InvalidError: the filter or the interval is wrong.
        NotFoundError: the project has no such metric.
    """
    condition = compile_filter(store, "metrics", q, clock=clock)
    kinds = store.read(scope, "metric_kinds", {"name": name})
    if not kinds:
        raise NotFoundError(
            f"no metric {name[:200]!r} in project {scope.project_id}", hint="fanlight lists them"
        )
    type_, unit, temporality, monotonic, first_ns, last_ns = kinds[0]
    since = max(first_ns if since_ns is None else since_ns, 0)
    until = last_ns + 1 if until_ns is None else until_ns
    step = _interval(interval_s, until - since)
    window = {"name": name, "since_ns": since, "until_ns": until}
    found = store.read(
        scope,
        "metric_series",
        {**condition.parameters, **window, "type": type_, "unit": unit, "limit": MAX_SERIES + 1},
        {"filter": condition.sql},
    )
    named = {row[0]: _attributes(*row[1:]) for row in found[:MAX_SERIES]}
    points = store.read(
        scope,
        "metric_points",
        {**window, "baseline_ns": since - BASELINE_NS, "series": list(named), "limit": MAX_POINTS + 1},
    )
    series = [
        _series(
            named[number], [_point(type_, row) for row in rows], type_, temporality, monotonic, since, step
        )
        for number, rows in groupby(points[:MAX_POINTS], key=lambda row: row[0])
    ]
    return MetricSeries(
        name=name,
        type=type_,
        unit=unit,
        interval_s=step,
        series=sorted(series, key=lambda one: sorted(one.attributes.items())),
        truncated=len(found) > MAX_SERIES or len(points) > MAX_POINTS,
    )


def _metric(row: Sequence[Any]) -> Metric:
    name, type_, unit, description, temporality, monotonic, services, series, points, last_ns = row
    return Metric(
        name=name,
        type=type_,
        unit=unit,
        description=description,
        temporality=TEMPORALITY.get(temporality) if type_ in WITH_TEMPORALITY else None,
        monotonic=bool(monotonic) if type_ == "sum" else None,
        services=list(services),
        series_count=series,
        point_count=points,
        last_at=rfc3339(last_ns),
    )


def _interval(interval_s: int | None, window_ns: int) -> int:
    if interval_s is None:
        wanted = window_ns / NS / BUCKETS
        return next((step for step in INTERVALS_S if step >= wanted), INTERVALS_S[-1])
    if interval_s < 1:
        raise InvalidError(f"interval is {interval_s} s", hint="it is at least one second")
    return interval_s


def _attributes(service: str, keys: Sequence[str], values: Sequence[str]) -> dict[str, str]:
    named = {"service.name": service} if service else {}
    return {**named, **dict(zip(keys, values, strict=True))}


def _point(type_: str, row: Sequence[Any]) -> Point:
    _, start_ns, time_ns, value = row[:4]
    if type_ in ("gauge", "sum"):
        return Point(time_ns=time_ns, start_ns=start_ns, value=value)
    (count, total, least, most, bounds, counts, scale, zeros, threshold, positive_offset, positive,
     negative_offset, negative, shares, values) = row[4:]  # fmt: skip
    exponential = None
    if type_ == "exponential_histogram":
        exponential = Exponential(
            scale=scale,
            zero_count=zeros,
            zero_threshold=threshold,
            positive=dict(enumerate(positive, positive_offset)),
            negative=dict(enumerate(negative, negative_offset)),
        )
    histogram = Histogram(
        count=count,
        sum=total,
        min=least,
        max=most,
        bounds=tuple(bounds),
        counts=tuple(counts),
        exponential=exponential,
    )
    quantiles = dict(zip(shares, values, strict=True))
    return Point(time_ns=time_ns, start_ns=start_ns, histogram=histogram, quantiles=quantiles)


def _series(
    attributes: dict[str, str],
    points: Sequence[Point],
    type_: str,
    temporality: int,
    monotonic: int,
    since_ns: int,
    interval_s: int,
) -> Series:
    total: float | None = None
    buckets: list[Bucket]
    if type_ == "gauge":
        buckets = fold_last(points, since_ns, interval_s)
    elif type_ == "sum" and monotonic:
        buckets = fold_sum(points, since_ns, interval_s, temporality=temporality)
        total = sum(bucket.value or 0.0 for bucket in buckets)
    elif type_ == "sum":
        fold = fold_level if temporality == DELTA else fold_last
        buckets = fold(points, since_ns, interval_s)
    elif type_ == "summary":
        buckets = fold_summary(points, since_ns, interval_s)
    else:
        buckets = fold_histogram(points, since_ns, interval_s, temporality=temporality)
    if type_ not in ("gauge", "sum"):
        total = float(sum(bucket.count or 0 for bucket in buckets))
    return Series(attributes=attributes, total=total, buckets=buckets)
