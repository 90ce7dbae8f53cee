"""Instruments as an SDK has them, and what a plain count of the same events gives.

A `Meter` is fed events; whenever it exports, it makes one OTLP point in the way of its instrument. What
happened stays in `events`, for a model to add up.
"""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from .telemetry import NOW_NS, SECOND_NS, pairs

BOUNDS = (1.0, 4.0, 16.0, 64.0)
DELTA, CUMULATIVE = 1, 2


@dataclass
class Meter:
    """One series. `starts` are told or, as some senders do, left at 0."""

    kind: str
    temporality: int
    name: str = "m"
    number: int = 1
    scale: int = 2
    tells_start: bool = True
    rises_only: bool = True
    bounds: tuple[float, ...] = BOUNDS
    start_ns: int = NOW_NS
    at_ns: int = NOW_NS
    pending: list[float] = field(default_factory=list)
    counted: list[float] = field(default_factory=list)
    events: list[tuple[int, float]] = field(default_factory=list)
    requests: list[ExportMetricsServiceRequest] = field(default_factory=list)

    def add(self, value: float) -> None:
        self.pending.append(value)

    def export(self, seconds: float = 1.0) -> None:
        """One point `seconds` after the one before."""
        before, self.at_ns = self.at_ns, self.at_ns + int(seconds * SECOND_NS)
        self.events += [(self.at_ns, value) for value in self.pending]
        self.counted += self.pending
        told = self.pending if self.temporality == DELTA else self.counted
        start_ns = before if self.temporality == DELTA else self.start_ns
        self._send(told, start_ns if self.tells_start else 0)
        self.pending = []

    def restart(self) -> None:
        """The process ends and another begins: it counts from nothing, a moment after the last export."""
        self.pending, self.counted = [], []
        self.at_ns += SECOND_NS // 2
        self.start_ns = self.at_ns

    def _send(self, told: list[float], start_ns: int) -> None:
        request = ExportMetricsServiceRequest()
        holder = request.resource_metrics.add()
        holder.resource.attributes.extend(pairs({"service.name": "svc"}))
        metric = holder.scope_metrics.add().metrics.add(name=self.name)
        data: Any = getattr(metric, self.kind)
        point = data.data_points.add(start_time_unix_nano=start_ns, time_unix_nano=self.at_ns)
        point.attributes.extend(pairs({"n": self.number}))
        data.aggregation_temporality = self.temporality
        if self.kind == "sum":
            data.is_monotonic = self.rises_only
            point.as_double = sum(told)
        else:
            point.count, point.sum = len(told), sum(told)
            _fill_buckets(point, told, self)
        self.requests.append(request)


def _fill_buckets(point: Any, told: list[float], meter: Meter) -> None:
    if meter.kind == "histogram":
        point.explicit_bounds.extend(meter.bounds)
        places = [bisect.bisect_left(meter.bounds, value) for value in told]
        point.bucket_counts.extend(places.count(place) for place in range(len(meter.bounds) + 1))
        return
    point.scale = meter.scale
    point.zero_count = told.count(0)
    places = [bucket(value, meter.scale) for value in told if value > 0]
    if places:
        point.positive.offset = min(places)
        point.positive.bucket_counts.extend(
            places.count(place) for place in range(min(places), max(places) + 1)
        )


def bucket(value: float, scale: int) -> int:
    """The exponential bucket of a positive value: (b^i, b^(i+1)] with b = 2^(2^-scale)."""
    return math.ceil(math.log2(value) * 2**scale) - 1
