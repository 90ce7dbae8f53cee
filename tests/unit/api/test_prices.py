"""Prices over the API: a project's own, LiteLLM's table, and costs computed anew."""

from __future__ import annotations

import json

import pytest
from dirty_equals import IsStr

from fanlight.catalog.prices import overrides_of

from .conftest import House

PRICES = "/api/v1/projects/default/prices"
OWN = {"model": "my-*", "prices": {"input": "0.50", "output": [
    {"above_input_tokens": 0, "price": "2"}, {"above_input_tokens": 200_000, "price": "4"}]}}  # fmt: skip


def test_a_price_is_set_listed_used_and_removed(house: House) -> None:
    found = house.ask("PUT", PRICES, json=OWN)
    assert (found.status_code, found.json()) == (
        200,
        {"provider": "", "source": "project", "created_at": IsStr, **OWN, "prices": {
            "input": "0.5", "output": OWN["prices"]["output"]}},  # type: ignore[index]
    )  # fmt: skip
    assert house.ask("GET", PRICES).json() == {"items": [found.json()], "next": None}
    assert [each.model for each in overrides_of(house.catalog, "default")] == ["my-*"]
    assert house.ask("DELETE", PRICES, params={"model": "my-*"}).status_code == 204
    assert house.ask("DELETE", PRICES, params={"model": "my-*"}).status_code == 404
    assert overrides_of(house.catalog, "default") == []


@pytest.mark.parametrize(
    "prices",
    [
        {}, {"input": "-1"}, {"input": "NaN"}, {"input": "much"}, {"input": True}, {"input": None},
        {"input": "1e30"}, {"input": "1e-13"}, {"tea": "1"}, {"request": "10"}, {"input": []},
        {"input": [{"above_input_tokens": 5, "price": "1"}]}, {"input": [{"price": "1"}]},
    ],
)  # fmt: skip
def test_what_is_no_price_is_refused_with_a_reason(house: House, prices: dict[str, object]) -> None:
    found = house.ask("PUT", PRICES, json={"model": "m", "prices": prices})
    assert found.status_code == 400
    assert found.json()["error"]["message"].startswith("prices: ")
    assert house.ask("GET", PRICES).json()["items"] == []


def test_litellms_table_is_taken_and_bad_entries_are_refused_one_by_one(house: House) -> None:
    table = {
        "sample_spec": {"input_cost_per_token": 0},
        "claude-x": {
            "litellm_provider": "anthropic", "mode": "chat",
            "input_cost_per_token": 3e-06, "input_cost_per_token_above_200k_tokens": 6e-06,
            "output_cost_per_token": 1.5e-05, "cache_read_input_token_cost": 3e-07,
            "cache_creation_input_token_cost": 3.75e-06,
        },
        "anthropic/claude-x": {"litellm_provider": "anthropic", "input_cost_per_token": 1},
        "painter": {"mode": "image_generation", "output_cost_per_image": 0.04},
        "negative": {"input_cost_per_token": -1e-06},
        "text": "no object",
    }  # fmt: skip
    found = house.ask("POST", f"{PRICES}/import", json=table).json()
    assert found["taken"] == 1
    assert {each["model"]: each["reason"] for each in found["refused"]} == {
        "sample_spec": "it explains the table",
        "anthropic/claude-x": "the same model stands in the table before",
        "painter": "it has no price of tokens",
        "negative": IsStr(regex=r"input_cost_per_token: .*is no price.*"),
        "text": "it is no object",
    }
    [price] = house.ask("GET", PRICES).json()["items"]
    assert (price["provider"], price["model"], price["source"], price["prices"]) == (
        "anthropic",
        "claude-x",
        "litellm",
        {
            "input": [{"above_input_tokens": 0, "price": "3"}, {"above_input_tokens": 200_000, "price": "6"}],
            "output": "15",
            "cache_read": "0.3",
            "cache_write": "3.75",
        },
    )


def test_repricing_is_a_job_of_its_own_project(house: House) -> None:
    asked = house.ask("POST", f"{PRICES}/reprice", json={"from": "now-7d"})
    job = asked.json()
    assert (asked.status_code, job["state"]) == (202, "waiting")
    assert house.ask("GET", f"{PRICES}/reprice/{job['job']}").json() == job
    assert house.ask("GET", f"/api/v1/projects/other/prices/reprice/{job['job']}").status_code == 404
    assert json.loads(house.ask("GET", f"{PRICES}/reprice/5").content)["error"]["message"] == "no job '5'"
