"""Whatever is counted, however it is told and in whatever order it comes: the answer is a plain count's."""

from __future__ import annotations

import bisect
import itertools
import math
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fanlight.model.metric import Bucket
from fanlight.model.project import ProjectScope
from fanlight.query.metrics import get_metric
from fanlight.query.percentile import enough
from fanlight.store.contract import Store
from tests.contract.metering import BOUNDS, CUMULATIVE, DELTA, Meter
from tests.contract.telemetry import SECOND_NS, LogFiles

INTERVAL_S = 10
EVENTS = st.lists(st.sampled_from([0.0, 0.5, 1.0, 1.5, 3.0, 4.0, 10.0, 64.0, 70.0]), max_size=6)
# What happens until an export, how many seconds that is, and whether the process ends behind it.
STEPS = st.lists(st.tuples(EVENTS, st.sampled_from([0.25, 1.0, 4.0]), st.booleans()), min_size=1, max_size=20)

_projects = (f"metered-{number}" for number in itertools.count(1))


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> LogFiles:
    return LogFiles(Path(tmp_path_factory.mktemp("segments")))


def play(kind: str, temporality: int, steps: list[tuple[list[float], float, bool]]) -> Meter:
    meter = Meter(kind, temporality)
    for number, (values, seconds, ends) in enumerate(steps):
        meter.scale = number % 4
        for value in values:
            meter.add(value)
        meter.export(seconds)
        if ends:
            meter.restart()
    return meter


def happened(meter: Meter) -> dict[int, list[float]]:
    """The naive model: the values of each interval."""
    found: dict[int, list[float]] = defaultdict(list)
    for at_ns, value in meter.events:
        found[at_ns // (INTERVAL_S * SECOND_NS)].append(value)
    return dict(found)


def place(bucket: Bucket) -> int:
    return int(datetime.fromisoformat(f"{bucket.at[:19]}+00:00").timestamp()) // INTERVAL_S


def around(value: float, kind: str) -> tuple[float, float]:
    """Between which values a percentile may be given where `value` is right: those of its coarsest bucket."""
    if kind == "histogram":
        number = bisect.bisect_left(BOUNDS, value)
        edges = [0.0, *BOUNDS, BOUNDS[-1]]
        return edges[number], edges[number + 1]
    return (
        (0.0, 0.0)
        if value == 0
        else (2.0 ** (math.ceil(math.log2(value)) - 1), 2.0 ** math.ceil(math.log2(value)))
    )


@pytest.mark.parametrize("temporality", [DELTA, CUMULATIVE])
@pytest.mark.parametrize("kind", ["sum", "histogram", "exponential_histogram"])
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, data=st.data())
def test_the_answer_is_what_a_plain_count_gives(
    kind: str, temporality: int, store: Store, log: LogFiles, steps: list, data: st.DataObject
) -> None:
    meter = play(kind, temporality, steps)
    again = data.draw(st.lists(st.sampled_from(meter.requests), max_size=5))
    requests = data.draw(st.permutations([*meter.requests, *again]))
    project = next(_projects)
    for first in range(0, len(requests), 12):
        store.insert(log.segment(*requests[first : first + 12], project=project))
    [series] = get_metric(store, ProjectScope(project), "m", interval_s=INTERVAL_S).series
    model = happened(meter)
    if kind == "sum":
        found = {place(bucket): bucket.value for bucket in series.buckets if bucket.value}
        assert found == {at: sum(values) for at, values in model.items() if sum(values)}
        assert series.total == sum(value for _, value in meter.events)
        return
    filled = {place(bucket): bucket for bucket in series.buckets if bucket.count}
    assert {at: (bucket.count, bucket.sum) for at, bucket in filled.items()} == {
        at: (len(values), sum(values)) for at, values in model.items()
    }
    assert series.total == len(meter.events)
    for at, values in model.items():
        for share, percentile in ((0.5, filled[at].p50), (0.95, filled[at].p95)):
            if not enough(len(values), share):
                assert percentile is None
                continue
            low, high = around(sorted(values)[math.ceil(share * len(values)) - 1], kind)
            assert percentile is not None
            assert low <= percentile <= high


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(-5, 5), st.integers(1, 20)), min_size=1, max_size=20),
    data=st.data(),
)
def test_a_level_is_the_last_one_of_its_interval(
    store: Store, log: LogFiles, changes: list[tuple[int, int]], data: st.DataObject
) -> None:
    told, added = (
        Meter("sum", CUMULATIVE, "told", rises_only=False),
        Meter("sum", DELTA, "added", rises_only=False),
    )
    model: dict[int, float] = {}
    level = 0.0
    for change, seconds in changes:
        level += change
        for meter in (told, added):
            meter.add(float(change))
            meter.export(seconds)
        model[told.at_ns // (INTERVAL_S * SECOND_NS)] = level
    project = next(_projects)
    store.insert(log.segment(*data.draw(st.permutations(told.requests + added.requests)), project=project))
    for name in ("told", "added"):
        [series] = get_metric(store, ProjectScope(project), name, interval_s=INTERVAL_S).series
        assert {place(bucket): bucket.value for bucket in series.buckets} == model
        assert series.total is None
