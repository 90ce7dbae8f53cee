"""Metrics: the list, and one metric as the buckets of a chart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from fanlight.clock import SYSTEM, Clock
from fanlight.errors import InvalidError, NotFoundError
from fanlight.model.metric import Bucket, Metric, MetricSeries, Series
from fanlight.model.project import ProjectScope
from fanlight.otlp.folded import unfolded
from fanlight.query.filter import Condition, Query, compile_filter
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
"""Of an answer, after the store has put together what lies in one step."""

BATCH_POINTS = 500_000
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
    q: str | Query = "",
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
    q: str | Query = "",
    clock: Clock = SYSTEM,
) -> MetricSeries:
    """The series of metric `name` that match `q`, in intervals that begin at multiples of `interval_s`.

    Without `since_ns` all that was counted is in it, without `until_ns` it ends behind the last point,
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
    type_, unit, _, _, first_ns, last_ns = kinds[0]
    since = max(since_ns or 0, 0)
    until = last_ns + 1 if until_ns is None else until_ns
    if isinstance(q, Query) and q.window is not None:
        # A series of a room goes on beyond the session that is asked about.
        since, until = max(since, q.window[0]), min(until, q.window[1])
        since_ns = since
    step = _interval(interval_s, until - (first_ns if since_ns is None else since))
    measured, truncated = read_series(
        store, scope, (name, type_, unit), condition, since_ns=since, until_ns=until, step_ns=step * NS
    )
    series = [_series(one, points, type_, since, step) for one, points in measured]
    return MetricSeries(
        name=name,
        type=type_,
        unit=unit,
        interval_s=step,
        series=sorted(series, key=lambda one: sorted(one.attributes.items())),
        truncated=truncated,
    )


def read_series(
    store: Store,
    scope: ProjectScope,
    metric: tuple[str, str, str],
    condition: Condition,
    *,
    since_ns: int,
    until_ns: int,
    step_ns: int,
) -> tuple[list[tuple[Measured, list[Point]]], bool]:
    """The series of a metric (name, type, unit) that meet `condition`, and whether there are more of them.

    Of each there are as few points, in order of time, as sums in steps of `step_ns` can be made of.
    """
    name, type_, unit = metric
    window = {"name": name, "since_ns": since_ns, "until_ns": until_ns}
    found = store.read(
        scope,
        "metric_series",
        {**condition.parameters, **window, "type": type_, "unit": unit, "limit": MAX_SERIES + 1},
        {"filter": condition.sql},
    )
    kept = [Measured(row[0], _attributes(*row[1:4]), *row[4:]) for row in found]
    asked = {**window, "baseline_ns": max(since_ns - BASELINE_NS, 0), "step_ns": step_ns}
    series: list[tuple[Measured, list[Point]]] = []
    left = MAX_POINTS
    for batch in _batches(kept[:MAX_SERIES], type_):
        if left < 0:
            break
        query = _query(type_, batch[0])
        numbers = {"series": [one.number for one in batch], "limit": left + 1}
        rows = store.read(scope, query, {**asked, **numbers})
        left -= len(rows)
        series += _grouped(batch, rows[: left + len(rows)], type_)
    return series, len(found) > MAX_SERIES or left < 0


@dataclass(frozen=True, slots=True)
class Measured:
    """A series as it is stored; how it counts may differ from that of others of the same metric."""

    number: int
    attributes: dict[str, str]
    temporality: int
    monotonic: int
    points: int


def _query(type_: str, one: Measured) -> str:
    """The question that gives as few points of a series as its buckets can be made of."""
    if type_ == "gauge" or (type_ == "sum" and one.temporality != DELTA and not one.monotonic):
        return "metric_levels"
    return "metric_merged" if type_ != "summary" and one.temporality == DELTA else "metric_points"


def _batches(kept: Sequence[Measured], type_: str) -> Iterator[list[Measured]]:
    """Series that one question answers, of so few stored points that the engine has the memory."""
    batch: list[Measured] = []
    points = 0
    for one in sorted(kept, key=lambda each: (_query(type_, each), each.monotonic)):
        alike = not batch or (_query(type_, batch[0]), batch[0].monotonic) == (
            _query(type_, one),
            one.monotonic,
        )
        if batch and (not alike or points + one.points > BATCH_POINTS):
            yield batch
            batch, points = [], 0
        batch.append(one)
        points += one.points
    if batch:
        yield batch


def _grouped(
    batch: Sequence[Measured], rows: Sequence[Sequence[Any]], type_: str
) -> Iterator[tuple[Measured, list[Point]]]:
    named = {one.number: one for one in batch}
    for number, group in groupby(rows, key=lambda row: row[0]):
        yield named[number], sorted((_point(type_, row) for row in group), key=lambda point: point.time_ns)


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
    return {**named, **dict(zip(unfolded(keys, values), values, strict=True))}


def _point(type_: str, row: Sequence[Any]) -> Point:
    _, start_ns, time_ns, value = row[:4]
    if type_ in ("gauge", "sum"):
        return Point(time_ns=time_ns, start_ns=start_ns, value=value)
    (count, total, least, most, bounds, counts, scale, zeros, threshold, above, below,
     shares, values) = row[4:]  # fmt: skip
    exponential = None
    if type_ == "exponential_histogram":
        exponential = Exponential(
            scale=scale,
            zero_count=zeros,
            zero_threshold=threshold,
            positive=dict(zip(*above, strict=True)),
            negative=dict(zip(*below, strict=True)),
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


def _series(one: Measured, points: Sequence[Point], type_: str, since_ns: int, interval_s: int) -> Series:
    temporality = one.temporality
    total: float | None = None
    buckets: list[Bucket]
    if type_ == "gauge":
        buckets = fold_last(points, since_ns, interval_s)
    elif type_ == "sum" and one.monotonic:
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
    return Series(attributes=one.attributes, total=total, buckets=buckets)
