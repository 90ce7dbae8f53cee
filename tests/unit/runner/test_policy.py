"""What counts against a run's budget and steps."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from fanlight.runner.capture.items import Event, Hook
from fanlight.runner.definition import Policies
from fanlight.runner.policy import Policy


def usage(**about: Any) -> Event:
    return Event(seq=1, type="usage", text="", value={"type": "usage", **about}, verified=False)


@pytest.fixture
def policy(monkeypatch: pytest.MonkeyPatch) -> Policy:
    """One with a budget of a dollar, its prices loaded and empty."""
    monkeypatch.setattr("fanlight.sdk.prices.load", lambda: None)
    monkeypatch.setattr("fanlight.sdk.prices.are_loaded", lambda: True)
    return Policy(Policies(budget_limit=1.0))


def test_reported_costs_add_up_each_event_once(policy: Policy) -> None:
    for event in (
        usage(id="1", cost="0.4"),
        usage(id="1", cost="0.4"),
        usage(content={"id": "2", "cost": 0.5}),
    ):
        policy.see(event)
    assert policy.verdict == ""
    assert policy.spent_usd == Decimal("0.9")
    policy.see(usage(id="3", cost="0.2"))
    assert policy.verdict == "the run cost 1.100000 of 1.0 USD (policies.budget_limit)"


@pytest.mark.parametrize("cost", ["-5", "NaN", "Infinity", "lots", None, [], {"amount": "1"}, True])
def test_what_is_no_cost_neither_adds_nor_takes_back(policy: Policy, cost: object) -> None:
    policy.see(usage(id="1", cost="0.9"))
    policy.see(usage(id="2", cost=cost))
    assert (policy.verdict, policy.spent_usd) == ("", Decimal("0.9"))


def test_another_currency_is_not_added_to_dollars(policy: Policy) -> None:
    policy.see(usage(id="1", cost="9", currency="EUR"))
    assert (policy.verdict, policy.spent_usd) == ("", Decimal(0))


def test_what_the_server_knows_counts_when_it_is_more(policy: Policy) -> None:
    policy.told(Decimal("1.5"))
    policy.told(Decimal("0.1"))
    assert policy.verdict == "the run cost 1.500000 of 1.0 USD (policies.budget_limit)"


def test_steps_are_calls_of_tools_and_a_default_stops_nobody() -> None:
    free, bound = Policy(Policies()), Policy(Policies(max_steps=2))
    for _ in range(50):
        free.see(Hook(name="on_tool_start", arguments={}))
    for _ in range(2):
        bound.see(Hook(name="on_tool_start", arguments={}))
    assert (free.verdict, bound.verdict) == ("", "")
    bound.see(Hook(name="on_tool_start", arguments={}))
    assert bound.verdict == "the run took more than 2 steps (policies.max_steps)"
