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
