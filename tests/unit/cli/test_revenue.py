"""`fanlight revenue` in the terminal."""

from __future__ import annotations

import json
from typing import Any

import httpx

from .conftest import Cli

NONE = "no margin is computed across currencies"


def sums(currency: str, gross: str, net: str, **more: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(("refunds", "fees", "payouts", "adjustments"), "0")
    return {"currency": currency, "gross": gross, "net": net, "events": 2, "unverified": 0, **nothing, **more}


def item(
    key: str | None, revenue: list[Any], cost: str | None, margin: str | None, **more: Any
) -> dict[str, Any]:
    told = {"amount": cost, "currency": "USD", "unpriced_tokens": 0}
    return {"key": key, "at": None, "runs": 2, "cost": told, "revenue": revenue, "margin": margin,
            "margin_note": None, **more}  # fmt: skip


ITEMS = [
    item("planner", [sums("USD", "1234.5", "1230.000000000001", refunds="4.499999999999")], "0.5", "1229.5"),
    item(
        "=writer", [sums("EUR", "2", "2"), sums("USD", "1", "1", unverified=3)], None, None, margin_note=NONE
    ),
]


def server(request: httpx.Request) -> httpx.Response:
    assert request.url.path == "/api/v1/projects/default/usage/revenue"
    asked = dict(request.url.params)
    if asked.get("format") == "csv":
        return httpx.Response(200, text="key,at\n'=writer,\n")
    assert asked == {"group": "agent", "tz": "UTC"}
    total = item(None, [sums("USD", "1235.5", "1231", unverified=3)], "0.5", "1230.5")
    return httpx.Response(200, json={"items": ITEMS, "total": total, "truncated": False})


def test_revenue_has_a_row_a_currency_and_says_why_a_margin_is_missing(cli: Cli) -> None:
    told = cli("revenue", server=server, columns=160)
    assert told.status == 0
    assert [line.split() for line in told.stdout.splitlines() if line.strip()][-4:] == [
        ["planner", "USD", "1,234.50", "4.499999999999", "–", "–", "1,230.000000000001", "–", "$0.50",
         "$1,229.50"],
        ["=writer", "EUR", "2.00", "–", "–", "–", "2.00", "–", "–", "–"],
        ["USD", "1.00", "–", "–", "–", "1.00", "–"],
        ["total", "USD", "1,235.50", "–", "–", "–", "1,231.00", "–", "$0.50", "$1,230.50"],
    ]  # fmt: skip
    assert told.stderr.splitlines() == [
        NONE,
        "3 events came as text that anybody could have printed; they are in no sum",
    ]


def test_csv_is_written_as_the_server_gave_it(cli: Cli) -> None:
    assert cli("revenue", "--csv", server=server).stdout == "key,at\n'=writer,\n"


def test_json_on_demand(cli: Cli) -> None:
    assert json.loads(cli("revenue", "--json", server=server).stdout)["items"][0]["key"] == "planner"


def test_nothing_is_said_to_be_nothing(cli: Cli) -> None:
    def empty(_: httpx.Request) -> httpx.Response:
        nothing = item(None, [], None, "0", runs=0)
        return httpx.Response(200, json={"items": [], "total": nothing, "truncated": False})

    assert cli("revenue", server=empty).stderr == "no billing events and no runs in that time\n"
