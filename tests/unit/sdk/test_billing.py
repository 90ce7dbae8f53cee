"""Billing events: exact amounts, validated, never raising."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from fanlight.sdk.billing import bill

from .conftest import Ended, Receiver, plain


def test_an_event_is_a_log_record_of_the_current_run(
    receiver: Receiver, program: Callable[..., Ended]
) -> None:
    code = """
import fanlight
from decimal import Decimal
fanlight.configure()
with fanlight.run("agent"):
    plan = {"plan": "pro"}
    print(fanlight.bill(Decimal("0.10"), "EUR", "charge", "order-7", customer="c1", attributes=plan))
fanlight.bill(amount=0.1, kind="refund")
"""
    assert program(code, FANLIGHT_URL=receiver.url).stdout == "True\n"
    first, second = receiver.logs
    assert first.event_name == "fanlight.billing"
    assert (first.trace_id, first.span_id) == (receiver.spans[0].trace_id, receiver.spans[0].span_id)
    assert plain(first.attributes) == {
        "fanlight.billing.id": "order-7",
        "fanlight.billing.amount": "0.10",
        "fanlight.billing.currency": "EUR",
        "fanlight.billing.kind": "charge",
        "fanlight.billing.customer": "c1",
        "plan": "pro",
    }
    made = plain(second.attributes)
    assert len(made.pop("fanlight.billing.id")) == 32
    assert made == {
        "fanlight.billing.amount": "0.1",
        "fanlight.billing.currency": "USD",
        "fanlight.billing.kind": "refund",
    }


@pytest.mark.parametrize("amount", ["1e3", 5, "0", Decimal("0.000000000001"), 1.5])
def test_amounts_that_can_be(amount: Any) -> None:
    assert bill(amount)


@pytest.mark.parametrize(
    "event",
    [
        {"amount": "-1"},
        {"amount": "NaN"},
        {"amount": "Infinity"},
        {"amount": "1e400"},
        {"amount": "1e-13"},
        {"amount": True},
        {"amount": None},
        {"amount": "1", "currency": "usd"},
        {"amount": "1", "currency": "EURO"},
        {"amount": "1", "kind": ""},
        {"amount": "1", "kind": "A B"},
        {"amount": "1", "id": ""},
        {"amount": "1", "id": 7},
        {"amount": "1", "id": "x" * 257},
    ],
)
def test_what_cannot_be_is_left_out_and_never_raised(event: dict[str, Any], caplog: Any) -> None:
    assert bill(**event) is False
    [record] = caplog.records
    assert record.message.startswith("fanlight.bill: ")


def test_a_bill_inside_of_a_nested_run_is_that_runs(
    receiver: Receiver, program: Callable[..., Ended]
) -> None:
    code = """
import fanlight
fanlight.configure()
with fanlight.run("outer"):
    with fanlight.run("inner") as inner:
        print(inner.id)
        fanlight.bill("1", id="a", agent="writer", occurred_at="2026-01-31T10:00:00Z")
    fanlight.bill("-0.5", id="b", kind="adjustment", run="another")
"""
    inner = program(code, FANLIGHT_URL=receiver.url).stdout.strip()
    first, second = receiver.logs
    assert plain(first.attributes) == {
        "fanlight.billing.id": "a",
        "fanlight.billing.amount": "1",
        "fanlight.billing.currency": "USD",
        "fanlight.billing.kind": "charge",
        "fanlight.run.id": inner,
        "fanlight.agent": "writer",
    }
    assert first.time_unix_nano == 1_769_853_600 * 10**9
    assert (plain(second.attributes)["fanlight.run.id"], second.trace_id) == ("another", first.trace_id)


def test_a_usage_event_is_a_span_of_the_current_run_with_the_same_id_whenever_it_is_told(
    receiver: Receiver, program: Callable[..., Ended]
) -> None:
    code = """
import fanlight
fanlight.configure()
with fanlight.run("agent"):
    for _ in range(2):
        fanlight.usage("gpt-4o", provider="openai", tokens_input=12, tokens_output=3, cost="0.10", id="c1")
print(fanlight.usage("m"), fanlight.usage(tokens_input="7"), fanlight.usage(cost="NaN"))
"""
    ended = program(code, FANLIGHT_URL=receiver.url)
    assert ended.stdout == "False False False\n"
    run = next(span for span in receiver.spans if span.name == "agent")
    calls = [span for span in receiver.spans if span.name == "chat gpt-4o"]
    assert len({(span.trace_id, span.span_id) for span in calls}) == 1
    assert (calls[0].trace_id, calls[0].parent_span_id) == (run.trace_id, run.span_id)
    assert plain(calls[0].attributes) == {
        "fanlight.kind": "llm",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.cost": "0.10",
        "fanlight.usage.id": "c1",
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 3,
    }
