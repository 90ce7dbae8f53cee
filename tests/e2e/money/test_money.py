"""Money over the API of a real server: durable before the answer, once by its id, refused with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.server import Server
from tests.fixtures.waiting import until

PROJECT = "/api/v1/projects/default"
RUN = "5b8efff798038103d269b633813fc60c"


class Shop:
    """A server, and a client that asks it."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self.start()

    def start(self) -> None:
        self.server = Server(self._place / "data").start()
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.server.port}{PROJECT}", timeout=30)

    def kill_and_start(self) -> None:
        self.server.kill()
        self.http.close()
        self.start()

    def post(self, path: str, events: Any) -> httpx.Response:
        return self.http.post(path, json=events)

    def until(self, path: str, holds: Callable[[Any], bool]) -> Any:
        """The answer of `path` once it holds."""
        return until(lambda: self.http.get(path).json(), holds, every_s=0.02)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    made = Shop(tmp_path_factory.mktemp("money"))
    yield made
    made.http.close()
    made.server.kill()


def cloud(event_id: str, **data: Any) -> dict[str, Any]:
    envelope = {
        "specversion": "1.0",
        "id": event_id,
        "source": "/checkout",
        "type": "fanlight.billing.charge",
    }
    return {**envelope, "time": "2026-01-31T10:00:00Z", "data": data}


def test_events_survive_kill_9_and_count_once_however_they_are_sent(shop: Shop) -> None:
    assert shop.post("/billing/events", {"id": "e1", "amount": "0.05", "run": RUN}).json() == {"accepted": 1}
    shop.kill_and_start()
    many = [
        cloud("e2", amount="0.10", customer="ann"),
        cloud("e1", amount="9"),
        {"id": "e3", "amount": 7, "currency": "JPY"},
    ]
    assert shop.post("/billing/events", many).json() == {"accepted": 3}
    assert shop.post("/billing/events", many[0]).status_code == 200
    found = shop.until("/usage/revenue", lambda found: len(found["total"]["revenue"]) == 2)
    sums = [(each["currency"], each["gross"], each["events"]) for each in found["total"]["revenue"]]
    assert sums == [("JPY", "7", 1), ("USD", "0.15", 2)]
    day = shop.http.get("/usage/revenue", params={"from": "2026-01-31", "to": "2026-02-01"}).json()
    assert [each["gross"] for each in day["total"]["revenue"]] == ["0.1"]
    lines = shop.http.get(f"/runs/{RUN}/billing").json()
    assert [(line["id"], line["amount"], line["verified"]) for line in lines["items"]] == [
        ("e1", "0.05", True)
    ]


def test_what_is_left_out_is_counted_by_its_reason(shop: Shop) -> None:
    shop.post("/billing/events", [{"id": "twice", "amount": "1"}, {"id": "twice", "amount": "2"}])
    health = shop.until("/health", lambda found: "uncounted" in str(found["signals"]) and any(
        each["uncounted"].get("billing: conflict") for each in found["signals"]))  # fmt: skip
    logs = next(each for each in health["signals"] if each["signal"] == "logs")
    assert logs["uncounted"]["billing: conflict"] >= 1
    text = httpx.get(f"http://127.0.0.1:{shop.server.port}/metrics", timeout=30).text
    assert 'fanlight_uncounted_total{signal="logs",reason="billing: conflict"}' in text


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ({"id": "x"}, "there is no amount"),
        ({"id": "x", "amount": "NaN"}, "'NaN' is no amount"),
        ({"id": "x", "amount": "-1", "kind": "refund"}, "the amount -1 is negative"),
        ({"id": "x", "amount": "1", "kind": "gift"}, "'gift' is no kind"),
        ({"id": "x", "amount": "1", "currency": "usd"}, "'usd' is no currency"),
        ({"amount": "1"}, "there is no id"),
        (
            [{"id": "ok", "amount": "1"}, {"id": "x", "amont": "1"}],
            "event 1: 'amont' is no field of a billing event",
        ),
        ({"id": "x", "amount": "1", "occurred_at": "yesterday"}, "'yesterday' is no time"),
        ([], "0 events in one request"),
        ("e1", "an event is a JSON object"),
        (cloud("x") | {"specversion": "0.3"}, "specversion '0.3' is not understood"),
        (cloud("x") | {"type": "com.example.sold"}, "the type 'com.example.sold' is none of ours"),
    ],
)  # fmt: skip
def test_what_is_no_event_is_refused_with_what_is_wrong_and_nothing_of_the_request_is_taken(
    shop: Shop, events: Any, told: str
) -> None:
    answer = shop.post("/billing/events", events)
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, told)
    assert answer.json()["error"]["hint"] or told.startswith(("an event", "event"))


def test_nan_that_is_no_json_and_bodies_that_are_too_long_are_refused(shop: Shop) -> None:
    headers = {"content-type": "application/json"}
    nan = shop.http.post("/billing/events", content=b'{"id": "x", "amount": NaN}', headers=headers)
    assert (nan.status_code, nan.json()["error"]["message"]) == (400, "'NaN' is no amount")
    long = shop.http.post("/billing/events", content=b" " * (4 * 2**20 + 1), headers=headers)
    assert long.status_code == 413


def test_a_usage_event_told_twice_is_one_call_of_a_run_with_its_cost(shop: Shop) -> None:
    call = {"id": "c1", "model": "gpt-4o", "provider": "openai", "tokens_input": 1_000, "tokens_output": 10}
    euros = {"id": "c3", "model": "m", "tokens_input": 1, "cost": "0.5", "currency": "EUR"}
    told = [
        {**call, "type": "usage", "agent": "planner"},
        {**call, "id": "c2", "cost": "0.000000000001"},
        euros,
    ]
    for event in told:
        event |= {"run": "c0de" * 8, "occurred_at": "2026-01-31T10:00:00Z"}
    assert shop.post("/usage/events", told).json() == {"accepted": 3}
    assert shop.post("/usage/events", told[0]).status_code == 200
    run = shop.until(f"/runs/{'c0de' * 8}", lambda found: found.get("span_count") == 3)
    assert (run["llm_count"], run["tokens"]["input"], run["cost"]["amount"]) == (3, 2_001, "0.002600000001")
    wrong = shop.post("/usage/events", {**call, "run": "my run"})
    assert wrong.json()["error"]["message"] == "run: 'my run' is no id of a trace"


def test_csv_guards_against_formulas_and_keeps_numbers_numbers(shop: Shop) -> None:
    then = {"occurred_at": "2020-01-01T00:00:00Z"}
    events = [
        {"id": "f1", "amount": "1", "customer": '=HYPERLINK("http://x","y")', **then},
        {"id": "f2", "amount": "-2.5", "kind": "adjustment", "customer": "@SUM(A1)", **then},
    ]
    shop.post("/billing/events", events)
    asked = "/usage/revenue?group=customer&from=2020-01-01&to=2020-01-02"
    shop.until(asked, lambda found: len(found["items"]) == 2)
    answer = shop.http.get(f"{asked}&format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="revenue.csv"'
    rows = answer.text.splitlines()
    assert rows[1:] == [
        '"\'=HYPERLINK(""http://x"",""y"")",,USD,1,0,0,0,0,1,1,0,0,,USD,1,',
        "'@SUM(A1),,USD,0,0,0,0,-2.5,-2.5,1,0,0,,USD,-2.5,",
        ",total,USD,1,0,0,0,-2.5,-1.5,2,0,0,,USD,-1.5,",
    ]
    usage = shop.http.get("/usage/cost?group=model&format=csv").text.splitlines()
    assert usage[0].startswith("key,at,runs,spans")
    assert usage[-1].startswith(",total,")
