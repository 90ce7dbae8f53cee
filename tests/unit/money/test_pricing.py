"""The price tag of a published agent is shown as its author wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fanlight.catalog.agents import Sighting, see_agents
from fanlight.catalog.registered import Publication, publish
from fanlight.model.pricing import read_pricing
from tests.unit.api.conftest import House, close_house, open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = open_house(tmp_path)
    yield made
    close_house(made)


def test_an_agent_shows_the_pricing_of_its_charm_yaml(house: House) -> None:
    see_agents(house.catalog, "default", [Sighting("planner", 1), Sighting("writer", 1)])
    pricing = {"model": "one_time", "amount": 19.99}
    what = Publication(
        id="a1", name="planner", version="1", definition={"pricing": pricing}, repository={}, folder="f",
        sha256=b"",
    )  # fmt: skip
    publish(house.catalog, "default", what, by="ann", clock=house.clock)
    shown = house.ask("GET", "/api/v1/projects/default/agents/planner").json()["pricing"]
    tag = {
        "model": "one_time",
        "amount": "19.99",
        "currency": "USD",
        "billing_period": None,
        "trial_days": None,
    }
    assert shown == tag
    assert house.ask("GET", "/api/v1/projects/default/agents/writer").json()["pricing"] is None


@pytest.mark.parametrize(
    "written", [{}, {"model": "barter"}, {"model": ["free"]}, {"amount": "1", "model": None}]
)
def test_what_is_no_pricing_is_none(written: dict[str, Any]) -> None:
    assert read_pricing(written) is None


def test_an_amount_that_is_none_does_not_hide_the_rest() -> None:
    tag = read_pricing(
        {"model": "subscription", "amount": float("nan"), "billing_period": "weekly", "trial": 7}
    )
    assert tag is not None
    assert (tag.model, tag.amount, tag.billing_period, tag.trial_days) == ("subscription", None, None, None)
