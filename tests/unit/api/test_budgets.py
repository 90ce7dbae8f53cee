"""Budgets over the API: kept by name, and the verdict that a guard asks for."""

from __future__ import annotations

from typing import Any

import pytest
from dirty_equals import IsStr

from fanlight.catalog.keys import KeyScope, create_key

from .conftest import House

BUDGETS = "/api/v1/projects/default/budgets"
DAILY = {"period": "day", "limit": "1.50"}


def put(house: House, name: str, budget: dict[str, Any]) -> Any:
    return house.ask("PUT", f"{BUDGETS}/{name}", json=budget)


def test_a_budget_is_set_replaced_listed_and_removed(house: House) -> None:
    assert put(house, "daily", DAILY).json() == {
        "name": "daily",
        "scope": "project",
        "subject": "",
        "period": "day",
        "unit": "usd",
        "limit": "1.50",
        "created_at": IsStr(regex=r"2026-.*Z"),
    }
    put(house, "daily", {**DAILY, "limit": "2"})
    assert [(each["name"], each["limit"]) for each in house.ask("GET", BUDGETS).json()["items"]] == [
        ("daily", "2")
    ]
    assert house.ask("DELETE", f"{BUDGETS}/daily").status_code == 204
    assert house.ask("DELETE", f"{BUDGETS}/daily").status_code == 404
    assert house.ask("GET", BUDGETS).json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("name", "budget"),
    [
        ("b", {"period": "year", "limit": "1"}),
        ("b", {"period": "day", "limit": "much"}),
        ("b", {"period": "day", "limit": "-1"}),
        ("b", {"period": "day", "limit": "Infinity"}),
        ("b", {"period": "day", "limit": "1.5", "unit": "tokens"}),
        ("b", {"period": "day", "limit": "1", "scope": "agent"}),
        ("b", {"period": "day", "limit": "1", "subject": "planner"}),
        (" b", {"period": "day", "limit": "1"}),
    ],
)
def test_what_cannot_be_a_budget_is_refused(house: House, name: str, budget: dict[str, Any]) -> None:
    answer = put(house, name, budget)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")


def test_whoever_may_read_sees_how_the_budgets_stand_without_being_an_agent(house: House) -> None:
    put(house, "daily", DAILY)
    house.store.answers["budget_use"] = [("2", 10, 0)]
    [standing] = house.ask("GET", f"{BUDGETS}/standings").json()["budgets"]
    assert (standing["name"], standing["used"], standing["exceeded"]) == ("daily", "2", True)
    assert put(house, "standings", DAILY).status_code == 405


def test_the_verdict_says_which_budget_is_exceeded(house: House) -> None:
    put(house, "daily", DAILY)
    put(house, "tokens", {"period": "month", "limit": "1000", "unit": "tokens"})
    house.store.answers["budget_use"] = [("1.750000000000", 1_000, 12)]
    assert house.ask("GET", f"{BUDGETS}/verdict").json() == {
        "verdict": "exceeded",
        "run": None,
        "budgets": [
            {
                "name": "daily",
                "scope": "project",
                "subject": "",
                "period": "day",
                "unit": "usd",
                "limit": "1.50",
                "used": "1.75",
                "unpriced_tokens": 12,
                "exceeded": True,
            },
            {
                "name": "tokens",
                "scope": "project",
                "subject": "",
                "period": "month",
                "unit": "tokens",
                "limit": "1000",
                "used": "1000",
                "unpriced_tokens": 12,
                "exceeded": False,
            },
        ],
    }


def test_a_run_that_is_not_stored_yet_is_held_by_the_budgets_of_the_project(house: House) -> None:
    put(house, "planner", {**DAILY, "scope": "agent", "subject": "planner"})
    put(house, "each run", {"period": "run", "limit": "0"})
    answer = house.ask("GET", f"{BUDGETS}/verdict?run=4bf9").json()
    assert (answer["verdict"], [each["name"] for each in answer["budgets"]]) == ("ok", ["each run"])


def test_a_key_that_may_only_send_may_ask_for_the_verdict_and_nothing_else(house: House) -> None:
    _, text = create_key(house.catalog, "default", name="agent", scopes=[KeyScope.INGEST], clock=house.clock)
    headers = {"authorization": f"Bearer {text.reveal()}"}
    asked = [house.ask("GET", path, headers=headers).status_code for path in (f"{BUDGETS}/verdict", BUDGETS)]
    assert asked == [200, 403]
