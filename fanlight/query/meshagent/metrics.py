"""The metrics of a session: what each series came to, whatever it was sent as and however often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from fanlight.model.meshagent import MeshMetric
from fanlight.model.project import ProjectScope
from fanlight.query.filter import Condition
from fanlight.query.meshagent.listing import MOST
from fanlight.query.meshagent.text import harmless
from fanlight.query.metrics import MAX_METRICS, Measured, read_series
from fanlight.query.page import Page, decode_cursor, encode_cursor
from fanlight.query.percentile import Exponential, exponential_ranges
from fanlight.query.series import (
    CUMULATIVE,
    DELTA,
    Histogram,
    Point,
    fold_last,
    fold_level,
    fold_sum,
    whole_histograms,
)
from fanlight.query.times import EARLIEST_NS, LATEST_NS, NS, rfc3339
from fanlight.store.contract import Store

_NOUN = "session metrics"
WHOLE_S = LATEST_NS // NS
"""An interval that holds all time there is."""


def list_metrics(
    store: Store,
    scope: ProjectScope,
    within: Condition,
    *,
    since_ns: int = EARLIEST_NS,
    until_ns: int = LATEST_NS,
    limit: int = MOST,
    cursor: str | None = None,
) -> Page:
    """The series of a session, by the metric's name; `next` leads to further names.

    Deltas are added up, and of cumulative points there is what was counted in [since, until). Exponential
    buckets are given as explicit ones.

    Raises:
        InvalidError: the cursor is wrong.
    """
    after = "" if cursor is None else decode_cursor(cursor, _NOUN, str)[0]
    window = {"since_ns": since_ns, "until_ns": until_ns}
    asked = {**within.parameters, **window, "limit": MAX_METRICS, "after": after}
    rows = store.read(scope, "list_metrics", asked, {"filter": f"{within.sql} AND name > {{after:String}}"})
    is_all = len(rows) < MAX_METRICS
    if not is_all and rows[0][0] != rows[-1][0]:
        # Of the last name some types may not have been among them.
        rows = [row for row in rows if row[0] != rows[-1][0]]
    found: list[MeshMetric] = []
    name = ""
    for row in rows:
        if row[0] != name and len(found) >= limit:
            return Page(items=found, next=encode_cursor(_NOUN, name))
        name, type_, unit = row[:3]
        measured, _ = read_series(store, scope, (name, type_, unit), within, **window, step_ns=WHOLE_S * NS)
        for one, points in sorted(measured, key=lambda each: sorted(each[0].attributes.items())):
            found += _metrics((name, type_, unit), one, points, since_ns)
    return Page(items=found, next=None if is_all else encode_cursor(_NOUN, name))


def _metrics(
    metric: tuple[str, str, str], one: Measured, points: Sequence[Point], since_ns: int
) -> Iterator[MeshMetric]:
    name, type_, unit = metric
    counted = [point for point in points if point.time_ns >= since_ns]
    if not counted:
        return
    started = min((point.start_ns for point in counted if point.start_ns), default=counted[0].time_ns)
    plain = MeshMetric(
        kind="gauge" if type_ == "gauge" else "sum",
        metric_name=harmless(name),
        metric_unit=harmless(unit),
        created_at=rfc3339(max(started, since_ns)),
        ended_at=rfc3339(counted[-1].time_ns),
        metric_attributes={harmless(key): harmless(text) for key, text in one.attributes.items()},
    )
    if type_ in ("gauge", "sum"):
        yield replace(plain, value=_value(type_, one, points, since_ns))
        return
    temporality = CUMULATIVE if type_ == "summary" else one.temporality
    sent_as = None if type_ == "histogram" else type_
    for histogram in whole_histograms(points, since_ns, temporality=temporality):
        yield replace(plain, kind="histogram", sent_as=sent_as, **_buckets(histogram))


def _value(type_: str, one: Measured, points: Sequence[Point], since_ns: int) -> float | None:
    if type_ == "sum" and one.monotonic:
        buckets = fold_sum(points, since_ns, WHOLE_S, temporality=one.temporality)
        return sum(bucket.value or 0.0 for bucket in buckets)
    fold = fold_level if type_ == "sum" and one.temporality == DELTA else fold_last
    levels = fold(points, since_ns, WHOLE_S)
    return levels[-1].value if levels else None


def _buckets(histogram: Histogram) -> dict[str, Any]:
    bounds, counts = list(histogram.bounds), list(histogram.counts)
    if histogram.exponential is not None:
        bounds, counts = _explicit(histogram.exponential)
    return {
        "count": histogram.count,
        "sum": histogram.sum,
        "min": histogram.min,
        "max": histogram.max,
        "bucket_counts": counts,
        "explicit_bounds": bounds,
    }


def _explicit(exponential: Exponential) -> tuple[list[float], list[int]]:
    """Exponential buckets as explicit ones: what lies between two of them is a bucket without samples.

    Example:
        >>> _explicit(Exponential(scale=0, positive={0: 3, 2: 1}))
        ([0.0, 1.0, 2.0, 4.0, 8.0], [0, 0, 3, 0, 1, 0])
    """
    bounds: list[float] = []
    counts: list[int] = []
    for part in exponential_ranges(exponential):
        if not bounds or part.low > bounds[-1]:
            bounds.append(part.low + 0.0)  # never -0.0
            counts.append(0)
        if part.high > bounds[-1]:
            bounds.append(part.high)
            counts.append(part.count)
        else:
            # The zero bucket of threshold 0 has no width; its samples are not above its bound.
            counts[-1] += part.count
    return bounds, [*counts, 0]
