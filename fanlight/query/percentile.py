"""Percentiles of histograms: merged buckets in, one number out. Pure arithmetic.

A percentile says where a share of the samples lies, so it needs samples: p50 two, p95 twenty, p99 a hundred
(`1 / (1 - share)`). Below that it is None rather than a guess. Inside a bucket the samples are taken to lie
evenly: linearly between explicit bounds, geometrically between exponential ones.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Range:
    """So many samples between two values."""

    low: float
    high: float
    count: int
    geometric: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exponential:
    """An exponential histogram: bucket `i` of scale `s` holds (b^i, b^(i+1)] with b = 2^(2^-s)."""

    scale: int
    zero_count: int = 0
    zero_threshold: float = 0.0
    positive: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    negative: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))


def enough(count: int, share: float) -> bool:
    """Whether `count` samples can carry the percentile at `share`.

    Example:
        >>> enough(99, 0.99), enough(100, 0.99), enough(2, 0.5)
        (False, True, True)
    """
    return count * (1 - share) >= 1 - 1e-9


def percentile(
    ranges: Iterable[Range], share: float, *, least: float | None = None, most: float | None = None
) -> float | None:
    """The value below which `share` of the samples lie; None when there are too few samples for it.

    `ranges` ascend. `least` and `most` are the smallest and largest sample, where they are known.

    Example:
        >>> percentile([Range(0, 10, 50), Range(10, 20, 50)], 0.75)
        15.0
    """
    filled = [part for part in ranges if part.count > 0]
    total = sum(part.count for part in filled)
    if not filled or not enough(total, share):
        return None
    left = share * total
    for part in filled:
        if left <= part.count:
            break
        left -= part.count
    value = _inside(part, min(left / part.count, 1.0))
    value = value if most is None else min(value, most)
    return value if least is None else max(value, least)


def explicit_ranges(
    bounds: Sequence[float], counts: Sequence[int], *, least: float | None = None, most: float | None = None
) -> list[Range]:
    """The buckets of an explicit histogram. The open ends close at the extremes, or at the bound itself.

    Example:
        >>> [(part.low, part.high, part.count) for part in explicit_ranges([1.0], [3, 4], most=9.0)]
        [(0.0, 1.0, 3), (1.0, 9.0, 4)]
    """
    if not bounds:
        low = least if least is not None else most
        high = most if most is not None else least
        return [] if low is None or high is None else [Range(low, high, sum(counts))]
    first = least if least is not None and least <= bounds[0] else min(0.0, bounds[0])
    last = most if most is not None and most >= bounds[-1] else bounds[-1]
    edges = [first, *bounds, last]
    return [Range(low, high, count) for low, high, count in zip(edges, edges[1:], counts, strict=False)]


def exponential_ranges(histogram: Exponential) -> list[Range]:
    """The buckets of an exponential histogram, from the most negative value up."""
    return list(_exponential_ranges(histogram))


def rescale(histogram: Exponential, scale: int) -> Exponential:
    """The same samples in the coarser buckets of a lower `scale`; two old buckets a step become one.

    Example:
        >>> dict(rescale(Exponential(scale=1, positive={-1: 2, 0: 1, 1: 4}), 0).positive)
        {-1: 2, 0: 5}
    """
    shift = histogram.scale - scale
    if shift <= 0:
        return histogram
    return Exponential(
        scale=scale,
        zero_count=histogram.zero_count,
        zero_threshold=histogram.zero_threshold,
        positive=_shifted(histogram.positive, shift),
        negative=_shifted(histogram.negative, shift),
    )


def merge(one: Exponential, other: Exponential, *, sign: int = 1) -> Exponential:
    """Both histograms in one, at the lower of their scales; `sign=-1` takes `other` away."""
    scale = min(one.scale, other.scale)
    one, other = rescale(one, scale), rescale(other, scale)
    return Exponential(
        scale=scale,
        zero_count=one.zero_count + sign * other.zero_count,
        zero_threshold=max(one.zero_threshold, other.zero_threshold),
        positive=_added(one.positive, other.positive, sign),
        negative=_added(one.negative, other.negative, sign),
    )


def _exponential_ranges(histogram: Exponential) -> Iterator[Range]:
    for index in sorted(histogram.negative, reverse=True):
        low, high = _edge(histogram.scale, index + 1), _edge(histogram.scale, index)
        yield Range(-low, -high, histogram.negative[index], geometric=True)
    yield Range(-histogram.zero_threshold, histogram.zero_threshold, histogram.zero_count)
    for index in sorted(histogram.positive):
        low, high = _edge(histogram.scale, index), _edge(histogram.scale, index + 1)
        yield Range(low, high, histogram.positive[index], geometric=True)


def _edge(scale: int, index: int) -> float:
    exponent = math.ldexp(index, -scale)
    # Beyond a double's range the edge is the range's own end.
    return sys.float_info.max if exponent >= sys.float_info.max_exp else 2.0**exponent


def _inside(part: Range, fraction: float) -> float:
    if part.geometric and part.low and part.high:
        return float(part.low * math.exp(fraction * (math.log(abs(part.high)) - math.log(abs(part.low)))))
    return float(part.low + fraction * (part.high - part.low))


def _shifted(buckets: Mapping[int, int], shift: int) -> Mapping[int, int]:
    found: dict[int, int] = {}
    for index, count in buckets.items():
        found[index >> shift] = found.get(index >> shift, 0) + count
    return found


def _added(one: Mapping[int, int], other: Mapping[int, int], sign: int) -> Mapping[int, int]:
    return {index: one.get(index, 0) + sign * other.get(index, 0) for index in {*one, *other}}
