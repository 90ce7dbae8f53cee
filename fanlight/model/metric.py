"""Metrics, as the API gives them."""

from __future__ import annotations

import msgspec


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One metric of a project. `type` is sum, gauge, histogram, exponential_histogram or summary."""

    name: str
    type: str
    unit: str
    description: str
    temporality: str | None
    monotonic: bool | None
    services: list[str]
    series_count: int
    point_count: int
    last_at: str


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """What one series measured in one interval that starts at `at`. What a type does not have is None.

    `value`: sums = increase in the interval (non-monotonic: last level), gauges = last. Histograms give
    count, sum, min, max and percentiles read off the merged buckets.
    """

    at: str
    value: float | None = None
    count: int | None = None
    sum: float | None = None
    min: float | None = None
    max: float | None = None
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One series: its attributes as text and its buckets in order of time."""

    attributes: dict[str, str]
    total: float | None
    buckets: list[Bucket]


class MetricSeries(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /metrics/{name}`."""

    name: str
    type: str
    unit: str
    interval_s: int
    series: list[Series]
    truncated: bool = False


class MetricPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One point as it came, over the stream: `value` of sums and gauges, `count` and `sum` of the others."""

    name: str
    type: str
    unit: str
    at: str
    value: float | None
    count: int | None
    sum: float | None
    service: str | None
    room: str | None
    session: str | None
    attributes: dict[str, str]
