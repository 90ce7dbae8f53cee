"""Revenue: the sums that Python's decimals give, in whatever order and requests the events came."""

from __future__ import annotations

import random
from collections import defaultdict
from decimal import Context, Decimal
from typing import Any

import pytest

from fanlight.errors import InvalidError
from fanlight.model.instant import read_instant
from fanlight.model.project import ProjectScope
from fanlight.query.revenue import get_revenue, get_run_billing, list_billing

from .conftest import A_SEED_EACH
from .telemetry import NOW_NS, SECOND_NS, span, traces
from .test_billing import bills

SCOPE = ProjectScope("default")
EXACT = Context(prec=100)
KINDS = ("charge", "refund", "payout", "adjustment", "fee")
SUMS = {
    "charge": "gross",
    "refund": "refunds",
    "payout": "payouts",
    "adjustment": "adjustments",
    "fee": "fees",
}
DAY_S = 86_400


def trace(
    number: int,
    *,
    agent: str,
    room: str = "",
    user: str = "",
    at: int = 0,
    tokens: int = 1_000,
    model: str = "gpt-4o",
) -> Any:
    """A run of one model call; 1,000 tokens of gpt-4o cost 0.0025 dollars."""
    named = {"fanlight__room": room, "user__id": user}
    placed = {"trace": number, "at": at, **{name: value for name, value in named.items() if value}}
    root = span(
        "run", number=number * 10, gen_ai__operation__name="invoke_agent", gen_ai__agent__name=agent, **placed
    )
    call = span(
        "chat", number=number * 10 + 1, parent=number * 10, gen_ai__operation__name="chat",
        gen_ai__provider__name="openai", gen_ai__request__model=model, gen_ai__usage__input_tokens=tokens,
        **placed,
    )  # fmt: skip
    return traces(root, call)


def run_of(number: int) -> str:
    return f"{number:032x}"


def keep_runs(store: Any, log: Any, *requests: Any) -> None:
    inserted = store.insert(log.segment(*requests))
    store.summarise(sorted(inserted.runs), first_seq=1_000_000)


def event(id: str, amount: str, **more: Any) -> dict[str, Any]:  # noqa: A002 - the event's word
    return {"id": id, "amount": amount, "kind": "charge", "currency": "USD", **more}


def dice_events(dice: random.Random) -> list[tuple[int, int, dict[str, Any]]]:
    """Events with the trace and the second that they are of."""
    found = []
    for number in range(120):
        kind = dice.choice(KINDS)
        amount = (
            Decimal(dice.randrange(10**30)).scaleb(-12)
            if dice.random() < 0.5
            else Decimal(dice.randrange(999)) / 100
        )
        if kind == "adjustment" and dice.random() < 0.5:
            amount = -amount
        made = event(f"e{number}", f"{amount:f}", kind=kind, currency=dice.choice(["USD", "EUR", "JPY"]))
        made["customer"] = dice.choice(["c1", "c2", ""]) or None
        if dice.random() < 0.1:
            made["fanlight.event.verified"] = False
        found.append((dice.randrange(1, 5), dice.randrange(9 * DAY_S), made))
    return found


def expected(events: list[tuple[int, int, dict[str, Any]]], key: Any) -> dict[Any, dict[str, Decimal]]:
    """By key and currency what each kind comes to."""
    sums: dict[Any, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(SUMS.values(), Decimal(0)))
    for trace_, at_s, each in events:
        if each.get("fanlight.event.verified", True):
            group = sums[key(trace_, at_s, each), each["currency"]]
            name = SUMS[each["kind"]]
            group[name] = EXACT.add(group[name], Decimal(each["amount"]))
    for group in sums.values():
        group["net"] = EXACT.subtract(
            EXACT.add(group["gross"], group["adjustments"]), EXACT.add(group["refunds"], group["fees"])
        )
    return dict(sums)


def told(items: list[Any], key: Any) -> dict[Any, dict[str, Decimal]]:
    names = (*SUMS.values(), "net")
    return {
        (key(item), each.currency): {name: Decimal(getattr(each, name)) for name in names}
        for item in items
        for each in item.revenue
        if each.events
    }


@A_SEED_EACH
def test_any_order_any_repetition_and_any_split_into_requests_gives_the_sums_of_decimal(
    store: Any, log: Any, seed: int
) -> None:
    dice = random.Random(seed)
    events = dice_events(dice)
    sent = events + dice.sample(events, 60)
    dice.shuffle(sent)
    while sent:
        some, sent = sent[: (count := dice.randrange(1, 90))], sent[count:]
        store.insert(log.segment(*(bills(each, at_s=at_s, trace=trace_) for trace_, at_s, each in some)))
    runs = get_revenue(store, SCOPE, group="run")
    assert told(runs.items, lambda item: item.key) == expected(events, lambda trace_, *_: run_of(trace_))
    assert told([runs.total], lambda _: "") == expected(events, lambda *_: "")
    customers = get_revenue(store, SCOPE, group="customer").items
    assert told(customers, lambda item: item.key) == expected(events, lambda _, __, each: each["customer"])
    days = get_revenue(store, SCOPE, interval="day", tz="Asia/Tokyo").items

    def day(second: int) -> int:
        return (second + 9 * 3_600) // DAY_S

    assert told(days, lambda item: day((read_instant(item.at) or 0) // SECOND_NS)) == expected(
        events, lambda _, at_s, __: day(NOW_NS // SECOND_NS + at_s)
    )
    half = get_revenue(store, SCOPE, since_ns=NOW_NS, until_ns=NOW_NS + 4 * DAY_S * SECOND_NS).total
    assert told([half], lambda _: "") == expected(
        [each for each in events if each[1] < 4 * DAY_S], lambda *_: ""
    )


def test_an_agent_has_the_revenue_and_the_cost_of_its_runs(store: Any, log: Any) -> None:
    keep_runs(
        store,
        log,
        trace(1, agent="planner", room="lobby"),
        trace(2, agent="planner", tokens=2_000),
        trace(3, agent="writer"),
    )
    store.insert(log.segment(
        bills(event("e1", "0.05"), event("e2", "0.01", kind="refund"), trace=1),
        bills(event("e3", "0.002", kind="fee"), trace=1),
        bills(event("e4", "9", **{"fanlight.agent": "writer"}), trace=1),
        bills(event("e5", "0.10"), event("e6", "0.03", kind="payout"), trace=2),
        bills(event("e7", "100"), trace=0),
    ))  # fmt: skip
    found = {item.key: item for item in get_revenue(store, SCOPE, group="agent").items}
    shown = {
        key: (
            item.runs,
            item.cost.amount,
            [(r.gross, r.refunds, r.fees, r.payouts, r.net) for r in item.revenue],
            item.margin,
        )
        for key, item in found.items()
    }
    assert shown == {
        None: (0, None, [("100", "0", "0", "0", "100")], "100"),
        "planner": (2, "0.0075", [("0.15", "0.01", "0.002", "0.03", "0.138")], "0.1305"),
        "writer": (1, "0.0025", [("9", "0", "0", "0", "9")], "8.9975"),
    }
    rooms = {item.key: (item.runs, item.margin) for item in get_revenue(store, SCOPE, group="room").items}
    assert rooms == {"lobby": (1, "9.0355"), None: (2, "100.0925")}


def test_a_run_and_what_is_paid_for_it_are_its_users_and_the_models_that_cost_most_in_it(
    store: Any, log: Any
) -> None:
    keep_runs(
        store,
        log,
        trace(1, agent="a", user="ann"),
        trace(2, agent="a", model="my-own", user="ann"),
        trace(3, agent="a"),
    )
    store.insert(log.segment(
        bills(event("e1", "1"), trace=1), bills(event("e2", "2"), trace=2), bills(event("e3", "5"), trace=0),
    ))  # fmt: skip

    def margins(group: str) -> dict[str | None, tuple[int, str | None]]:
        found = get_revenue(store, SCOPE, group=group)
        assert sum(Decimal(item.margin or 0) for item in found.items) == Decimal(found.total.margin or 0)
        return {item.key: (item.runs, item.margin) for item in found.items}

    assert margins("user") == {"ann": (2, "2.9975"), None: (1, "4.9975")}
    assert margins("model") == {"gpt-4o": (2, "0.995"), "my-own": (1, "2"), None: (0, "5")}


def test_billing_events_of_a_time_are_listed_page_by_page(store: Any, log: Any) -> None:
    for number in range(5):
        store.insert(log.segment(bills(event(f"e{number}", "1"), at_s=number * DAY_S, trace=1)))
    asked: dict[str, Any] = {
        "since_ns": NOW_NS + DAY_S * SECOND_NS,
        "until_ns": NOW_NS + 4 * DAY_S * SECOND_NS,
    }
    first = list_billing(store, SCOPE, **asked, limit=2)
    rest = list_billing(store, SCOPE, **asked, limit=2, cursor=first.next)
    assert [[line.id for line in page.items] for page in (first, rest)] == [["e3", "e2"], ["e1"]]
    assert rest.next is None


def test_currencies_are_never_mixed_and_a_margin_across_them_is_none_and_said(store: Any, log: Any) -> None:
    keep_runs(store, log, trace(1, agent="a"), trace(2, agent="b", model="my-own"), trace(3, agent="c"))
    store.insert(
        log.segment(
            bills(event("e1", "1"), event("e2", "2", currency="EUR"), trace=1),
            bills(event("e3", "1"), trace=2),
        )
    )
    found = {item.key: item for item in get_revenue(store, SCOPE, group="agent").items}
    assert [(each.currency, each.net) for each in found["a"].revenue] == [("EUR", "2"), ("USD", "1")]
    assert (found["a"].margin, found["a"].margin_note) == (
        None, "revenue is in EUR, USD and cost in USD: no margin is computed across currencies",
    )  # fmt: skip
    assert (found["b"].margin, found["b"].margin_note) == (
        "1",
        "1,000 tokens have no price and are in no cost",
    )
    assert (found["c"].revenue, found["c"].margin, found["c"].margin_note) == ([], "-0.0025", None)


def test_an_event_that_comes_late_counts_when_it_occurred(store: Any, log: Any) -> None:
    keep_runs(store, log, trace(1, agent="a", at=0))
    store.insert(log.segment(bills(event("e1", "1"), at_s=5 * DAY_S, trace=1)))
    days = get_revenue(store, SCOPE, group="agent", interval="day").items
    assert [(item.at[:10], item.key, item.runs, len(item.revenue), item.margin) for item in days] == [
        ("2026-09-21", "a", 1, 0, "-0.0025"),
        ("2026-09-26", "a", 0, 1, "1"),
    ]


def test_what_is_not_verified_is_shown_and_in_no_sum(store: Any, log: Any) -> None:
    forged = event("e1", "-100", kind="adjustment") | {"fanlight.event.verified": False}
    store.insert(log.segment(bills(forged, event("e2", "1"), trace=1)))
    [revenue] = get_revenue(store, SCOPE).total.revenue
    assert (revenue.net, revenue.events, revenue.unverified) == ("1", 1, 1)
    lines = get_run_billing(store, SCOPE, run_of(1)).items
    assert [(line.id, line.amount, line.verified) for line in lines] == [
        ("e1", "-100", False), ("e2", "1", True),
    ]  # fmt: skip


def test_a_run_tells_its_lines_and_sums_and_a_run_without_any_tells_nothing(store: Any, log: Any) -> None:
    keep_runs(store, log, trace(1, agent="a"))
    store.insert(
        log.segment(
            bills(event("e2", "0.05", customer="c", description="a plan"), trace=1, at_s=9),
            bills(event("e1", "0.01", kind="fee"), trace=1),
            bills(event("e3", "7"), trace=2),
        )
    )
    found = get_run_billing(store, SCOPE, run_of(1))
    assert [(line.id, line.kind, line.customer, line.description) for line in found.items] == [
        ("e1", "fee", None, None), ("e2", "charge", "c", "a plan"),
    ]  # fmt: skip
    assert (found.total.runs, found.total.revenue[0].net, found.total.margin) == (1, "0.04", "0.0375")
    nothing = get_run_billing(store, SCOPE, "no such run")
    assert (nothing.items, nothing.total.revenue, nothing.total.runs) == ([], [], 0)
    elsewhere = get_run_billing(store, ProjectScope("other"), run_of(1))
    assert (elsewhere.items, elsewhere.total.revenue) == ([], [])


def test_a_run_is_a_customers_when_its_events_name_no_other(store: Any, log: Any) -> None:
    keep_runs(store, log, trace(1, agent="a"), trace(2, agent="a"), trace(3, agent="a"))
    store.insert(log.segment(
        bills(event("e1", "1", customer="ann"), event("e2", "1", customer="ann"), trace=1),
        bills(event("e3", "1", customer="ann"), event("e4", "1", customer="bob"), trace=2),
    ))  # fmt: skip
    items = get_revenue(store, SCOPE, group="customer").items
    assert {item.key: (item.runs, item.revenue[0].gross if item.revenue else None) for item in items} == {
        "ann": (1, "3"), "bob": (0, "1"), None: (2, None),
    }  # fmt: skip


@pytest.mark.parametrize("wrong", [{"group": "provider"}, {"interval": "year"}, {"tz": "Mars"}])
def test_what_cannot_be_asked_is_said(wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidError):
        get_revenue(None, SCOPE, **wrong)  # type: ignore[arg-type]
