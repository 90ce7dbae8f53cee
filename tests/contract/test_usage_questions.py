"""Usage answers equal the sum of the runs that they cover, however the spans came."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from fanlight.errors import InvalidError
from fanlight.model.project import ProjectScope
from fanlight.query.runs import list_runs
from fanlight.query.usage import get_usage
from fanlight.store.contract import RunKey

from .conftest import A_SEED_EACH
from .telemetry import NOW_NS, SECOND_NS, span, traces

SCOPE = ProjectScope("default")
MODELS = ("gpt-4o", "o3-mini", "my-own", "")
DAY_S = 86_400


def trace(dice: random.Random, number: int) -> list[Any]:
    """A run of an agent with calls and tools below it, somewhere in nine days."""
    at = dice.randrange(9 * DAY_S)
    first = number * 100
    common = {"trace": number, "session__id": f"s{number % 3}", "user__id": f"u{number % 2}"}
    spans = [
        span("run", number=first, at=at, took=60, gen_ai__operation__name="invoke_agent",
             gen_ai__agent__name=f"a{number % 2}", **common)
    ]  # fmt: skip
    for step in range(1, dice.randrange(2, 7)):
        parent = first + dice.randrange(step)
        if dice.random() < 0.6:
            given = {
                "gen_ai__request__model": dice.choice(MODELS),
                "gen_ai__usage__input_tokens": dice.randrange(9_999),
            }
            spans.append(
                span("call", number=first + step, parent=parent, at=at + step, took=dice.randrange(1, 9),
                     gen_ai__operation__name="chat", gen_ai__provider__name="openai",
                     **{key: value for key, value in given.items() if value != ""}, **common)
            )  # fmt: skip
        else:
            spans.append(
                span("tool", number=first + step, parent=parent, at=at + step, took=1,
                     gen_ai__operation__name="execute_tool", gen_ai__tool__name=f"t{step % 2}",
                     error="no" if dice.random() < 0.3 else "", **common)
            )  # fmt: skip
    return spans


def fill(store: Any, log: Any, seed: int, traces_: int = 40) -> None:
    """Spans in any order, in any number of requests, some of them twice."""
    dice = random.Random(seed)
    spans = [each for number in range(1, traces_ + 1) for each in trace(dice, number)]
    spans += dice.sample(spans, len(spans) // 4)
    dice.shuffle(spans)
    seq = 1_000_000
    while spans:
        some, spans = spans[:37], spans[37:]
        inserted = store.insert(log.segment(traces(*some), received_ns=NOW_NS + 9 * DAY_S * SECOND_NS))
        seq += store.summarise(sorted(inserted.runs), first_seq=seq)


def sums(items: list[Any]) -> dict[str, Any]:
    told: Counter[str] = Counter()
    cost = Decimal(0)
    for item in items:
        told.update(
            spans=item.spans, errors=item.errors, input=item.tokens.input, unpriced=item.cost.unpriced_tokens
        )
        cost += Decimal(item.cost.amount)
    return {**told, "cost": cost}


@A_SEED_EACH
def test_totals_are_the_sums_of_the_runs_and_of_every_grouping(store: Any, log: Any, seed: int) -> None:
    fill(store, log, seed)
    runs = list_runs(store, SCOPE, limit=1_000).items
    assert len(runs) == 40
    expected = {
        "spans": sum(run.span_count for run in runs),
        "errors": sum(run.error_count for run in runs),
        "input": sum(run.tokens.input or 0 for run in runs),
        "unpriced": sum(run.cost.unpriced_tokens or 0 for run in runs),
        "cost": sum((Decimal(run.cost.amount or 0) for run in runs), Decimal(0)),
    }
    total = get_usage(store, SCOPE).total
    assert (sums([total]), total.runs) == (expected, 40)
    for group in ("agent", "room", "session", "user"):
        for interval in ("", "minute", "hour", "day", "week"):
            answer = get_usage(store, SCOPE, group=group, interval=interval, tz="Europe/Oslo")
            assert sums(answer.items) == expected, (group, interval)
            assert answer.total == total
    money = {key: expected[key] for key in ("input", "unpriced", "cost")}
    for group in ("model", "provider"):
        told = sums(get_usage(store, SCOPE, group=group, interval="day").items)
        assert {key: told[key] for key in money} == money
    # A window covers the runs that began in it.
    since = NOW_NS + 3 * DAY_S * SECOND_NS
    later = list_runs(store, SCOPE, limit=1_000, since_ns=since, q="user:u1").items
    part = get_usage(store, SCOPE, since_ns=since, q="user:u1").total
    assert (part.runs, part.tokens.input) == (len(later), sum(run.tokens.input or 0 for run in later))


def test_days_begin_where_the_time_zone_says(store: Any, log: Any) -> None:
    fill(store, log, 3, traces_=12)
    days = {each.at for each in get_usage(store, SCOPE, interval="day", tz="Asia/Kathmandu").items}
    assert days
    assert {str(day)[10:] for day in days} == {"T18:15:00.000000000Z"}


def test_percentiles_are_told_of_a_hundred_samples_and_not_of_fewer(store: Any, log: Any) -> None:
    for number, calls in ((1, 99), (2, 1)):
        made = [
            span("call", number=number * 1_000 + n, parent=number * 1_000, at=n, took=n % 10 + 1,
                 trace=number, gen_ai__operation__name="chat", gen_ai__request__model="gpt-4o")
            for n in range(1, calls + 1)
        ]  # fmt: skip
        store.insert(log.segment(traces(span("run", number=number * 1_000, trace=number), *made)))
        store.summarise([RunKey("default", f"{number:032x}")], first_seq=1_000 * number)
        [item] = get_usage(store, SCOPE, group="model").items
        assert (item.p50_ms is None) == (number == 1)
    assert (item.key, item.p50_ms, item.p99_ms) == ("gpt-4o", 6_000.0, 10_000.0)


def test_what_cannot_be_asked_is_told(store: Any) -> None:
    for wrong in (
        {"group": "colour"},
        {"interval": "year"},
        {"tz": "Mars/Olympus"},
        {"tz": "'); DROP"},
        {"q": "status:"},
    ):
        with pytest.raises(InvalidError):
            get_usage(store, SCOPE, **wrong)


def test_nothing_came_to_nothing(store: Any) -> None:
    empty = get_usage(store, SCOPE, group="model", interval="day")
    assert (empty.items, empty.total.runs, empty.total.cost.amount) == ([], 0, "0")
