"""Usage events are read exactly as they were told, or refused in words that help."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from fanlight.errors import InvalidError
from fanlight.model.usage_event import (
    MAX_ID_LENGTH,
    MAX_NAME_LENGTH,
    MOST_TOKENS,
    UsageEvent,
    read_usage_event,
)

RUN = "4bf92f3577b34da6a3ce929d0e0e4736"
S = 10**9


def test_everything_that_an_event_says_is_kept() -> None:
    given = {
        "type": "usage", "id": "call-1", "model": "gpt-4o", "provider": "openai", "tokens_input": 10,
        "tokens_reasoning": 0, "tokens_output": None, "cost": "0.010", "currency": "EUR", "run": RUN,
        "agent": "planner", "occurred_at": "1970-01-01T00:00:01.5Z",
    }  # fmt: skip
    event = read_usage_event(given, verified=False)
    assert event == UsageEvent(
        id="call-1", model="gpt-4o", provider="openai", tokens={"tokens_input": 10, "tokens_reasoning": 0},
        cost=Decimal("0.010"), currency="EUR", run=RUN, agent="planner", occurred_ns=3 * S // 2,
        verified=False,
    )  # fmt: skip
    assert (event.trace_id, event.name) == (RUN, "chat gpt-4o")
    assert event.attributes == {
        "fanlight.kind": "llm", "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o", "gen_ai.usage.cost": "0.010", "fanlight.cost.currency": "EUR",
        "fanlight.agent": "planner", "fanlight.usage.id": "call-1", "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.reasoning.output_tokens": 0, "fanlight.event.verified": False,
    }  # fmt: skip


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_run_or_time_that_is_not_given_is_one_of_its_own_and_now(nothing: str | None) -> None:
    event = read_usage_event({"id": "1", "tokens_input": 1, "run": nothing, "occurred_at": nothing})
    assert event == read_usage_event({"id": "1", "tokens_input": 1})
    assert (event.run, event.occurred_ns, len(event.trace_id)) == ("", 0, 32)
    assert event.trace_id != read_usage_event({"id": "2", "tokens_input": 1}).trace_id


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"id": None}, "an id is text of 1 to 256 characters; it makes an event count once"),
        ({"id": ""}, "an id is text of 1 to 256 characters"),
        ({"id": 7}, "an id is text of 1 to 256 characters"),
        ({"id": "x" * (MAX_ID_LENGTH + 1)}, "an id is text of 1 to 256 characters"),
        ({"model": 7}, "model is text of at most 256 characters"),
        ({"agent": "x" * (MAX_NAME_LENGTH + 1)}, "agent is text of at most 256 characters"),
        ({"tokens_input": True}, "tokens_input: True is no count; a whole number from 0 up"),
        ({"tokens_input": 1.0}, "tokens_input: 1.0 is no count"),
        ({"tokens_input": MOST_TOKENS + 1}, "tokens_input: 1000000000001 is no count"),
        ({"tokens_input": None}, "there is neither a count of tokens nor a cost"),
        ({"cost": "much"}, "cost: 'much' is no amount"),
        ({"cost": -1}, "cost: the amount -1 is negative"),
        ({"currency": "DM"}, "cost: 'DM' is no currency; a code of ISO 4217, as USD"),
        ({"run": RUN.upper()}, f"run: '{RUN.upper()}' is no id of a trace; 32 hex digits"),
        ({"run": "0" * 32}, f"run: '{'0' * 32}' is no id of a trace"),
        ({"run": 7}, "run: '7' is no id of a trace"),
        ({"occurred_at": "yesterday"}, "occurred_at: 'yesterday' is no time; RFC 3339"),
        ({"occurred_at": "1969-12-31T23:59:59Z"}, "occurred_at: '1969-12-31T23:59:59Z' is no time"),
        ({"occurred_at": "2100-01-01T00:00:00Z"}, "occurred_at: '2100-01-01T00:00:00Z' is no time"),
        ({"occurred_at": "9999-12-31T00:00:00Z"}, "occurred_at: '9999-12-31T00:00:00Z' is no time"),
        ({"occurred_at": 1_790_000_000}, "occurred_at: '1790000000' is no time"),
        ({"tokens": 7}, "'tokens' is no field of a usage event; one of agent, cost, currency, id"),
    ],
)
def test_what_is_no_usage_event_is_refused_and_says_why(given: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidError, match=re.escape(told)):
        read_usage_event({"id": "1", "tokens_input": 1, **given})


@pytest.mark.parametrize("name", ["model", "agent"])
def test_the_longest_id_and_names_are_taken(name: str) -> None:
    event = read_usage_event({"id": "i" * MAX_ID_LENGTH, name: "n" * MAX_NAME_LENGTH, "cost": 0})
    assert (event.id, getattr(event, name)) == ("i" * 256, "n" * 256)
    assert (event.cost, event.tokens) == (Decimal(0), {})
