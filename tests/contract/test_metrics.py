"""Metrics add up, in whatever order and however often their points come, on every store."""

import random
from itertools import groupby

from fanlight.model.project import ProjectScope
from fanlight.query.metrics import get_metric

from .metering import CUMULATIVE, DELTA, Meter
from .telemetry import NOW_NS, SECOND_NS

PROJECT = "metered"
SCOPE = ProjectScope(PROJECT)
DAY_NS = 86_400 * SECOND_NS
KINDS = ("sum", "histogram", "exponential_histogram")


def insert(store, log, *meters: Meter) -> None:
    """In no order, some of it twice, in pieces as they would be stored."""
    requests = [request for meter in meters for request in meter.requests]
    requests += requests[::3]
    random.Random(1).shuffle(requests)
    for first in range(0, len(requests), 400):
        store.insert(log.segment(*requests[first : first + 400], project=PROJECT))


def sent(kind: str, temporality: int, name: str, **options) -> Meter:
    """A minute of exports a second, in two of the clock's, with a restart between."""
    meter = Meter(kind, temporality, name, **options)
    generator = random.Random(7)
    for second in range(60):
        if second == 12:
            meter.restart()
        for _ in range(generator.randrange(4)):
            meter.add(float(generator.choice([0, 1, 2, 5, 20, 100])))
        meter.export()
    return meter


def by_minute(meter: Meter) -> list[float]:
    minutes = groupby(meter.events, key=lambda event: event[0] // (60 * SECOND_NS))
    return [sum(value for _, value in events) for _, events in minutes]


def whole(*meters: Meter) -> float:
    return sum(value for meter in meters for _, value in meter.events)


def total(store, name: str, **asked) -> dict[str, float | None]:
    """Of each series."""
    return {one.attributes["n"]: one.total for one in get_metric(store, SCOPE, name, **asked).series}


def test_what_happened_is_what_the_metrics_say(store, log) -> None:
    plain = {
        f"{kind}.{temporality}": sent(kind, temporality, f"{kind}.{temporality}")
        for kind in KINDS
        for temporality in (DELTA, CUMULATIVE)
    }
    silent = sent("sum", CUMULATIVE, "silent about its start", tells_start=False)
    mixed = [sent("sum", DELTA, "mixed", number=1), sent("sum", CUMULATIVE, "mixed", number=2)]
    twins = [sent("sum", CUMULATIVE, "twins") for _ in range(2)]
    twins[1] = Meter("sum", CUMULATIVE, "twins", start_ns=NOW_NS + 1, at_ns=NOW_NS + 1)
    for value in range(100):
        twins[1].add(float(value))
        twins[1].export()
    insert(store, log, *plain.values(), silent, *mixed, *twins)

    for name, meter in plain.items():
        answer = get_metric(store, SCOPE, name, interval_s=60)
        [series] = answer.series
        is_sum = name.startswith("sum")
        sums = [bucket.value if is_sum else bucket.sum for bucket in series.buckets]
        assert (sums, answer.truncated) == (by_minute(meter), False), name
        assert series.total == (whole(meter) if is_sum else len(meter.events)), name

    # What the first point of it counts may have happened before anybody listened.
    first = sum(value for at_ns, value in silent.events if at_ns == NOW_NS + SECOND_NS)
    found = total(store, silent.name, interval_s=3_600, since_ns=NOW_NS)
    assert found == {"1": whole(silent) - first}
    assert total(store, "mixed") == {"1": whole(mixed[0]), "2": whole(mixed[1])}
    assert total(store, "twins") == {"1": whole(*twins)}


def test_past_days_are_put_together_without_changing_an_answer(store, log, rows) -> None:
    names = {
        f"{kind}.{temporality}": sent(kind, temporality, f"{kind}.{temporality}")
        for kind in KINDS
        for temporality in (DELTA, CUMULATIVE)
    }
    meters = [*names.values(), sent("sum", CUMULATIVE, "silent about its start", tells_start=False)]
    meters.append(sent("sum", CUMULATIVE, "level", rises_only=False))
    later = {"start_ns": NOW_NS + 1, "at_ns": NOW_NS + 1}
    meters += [sent("histogram", DELTA, "bounds"), sent("histogram", DELTA, "bounds", bounds=(2.0,), **later)]
    late = {name: names[name].requests.pop(40) for name in ("sum.1", "sum.2", "histogram.1", "histogram.2")}
    insert(store, log, *meters)
    asked = {meter.name: {"interval_s": 60} for meter in meters}
    before = {name: get_metric(store, SCOPE, name, **window) for name, window in asked.items()}
    ((stored, described),) = rows("SELECT count(), sum(points) FROM metrics")

    today_ns = NOW_NS + DAY_NS
    assert not store.roll_up_metrics(today_ns)  # yesterday is not past for long enough
    pieces = 0
    while store.roll_up_metrics(today_ns + DAY_NS):
        pieces += 1

    assert {name: get_metric(store, SCOPE, name, **window) for name, window in asked.items()} == before
    ((kept, points, steps),) = rows("SELECT count(), sum(points), groupUniqArray(step_s) FROM metrics")
    assert (stored, described, points, steps) == (596, 596, 596, [60])
    assert kept < 60
    assert pieces == len(asked) + 2  # the day is chosen, and takes the place of what it was made of
    insert(store, log, *meters)
    assert rows("SELECT count() FROM metrics") == [(kept,)]
    assert store.last_seq() >= 596

    store.insert(log.segment(*late.values(), project=PROJECT))
    for name in late:
        counted = whole(names[name]) if name.startswith("sum") else len(names[name].events)
        assert total(store, name) == {"1": counted}, name


def test_a_point_that_comes_while_its_day_is_put_together_is_not_lost(store, log, rows) -> None:
    meter = sent("sum", DELTA, "m")
    late = meter.requests.pop(50)
    insert(store, log, meter)
    then_ns = NOW_NS + 3 * DAY_NS
    assert store.roll_up_metrics(then_ns)
    assert store.roll_up_metrics(then_ns)
    store.insert(log.segment(late, project=PROJECT))
    assert store.roll_up_metrics(then_ns)
    assert rows("SELECT count(), max(step_s) FROM metrics") == [(60, 0)]
    while store.roll_up_metrics(then_ns):
        pass
    assert rows("SELECT sum(points), max(step_s) FROM metrics") == [(60, 60)]
    assert total(store, "m") == {"1": whole(meter)}
