"""Amounts and times of billing events: exactly what was written, or refused."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from fanlight.model.billing import BillingError, from_attributes, read_billing

S = 10**9


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("0.05", "0.05"),
        ("1.50", "1.50"),
        (7, "7"),
        (0.1, "0.1"),
        ("1e3", "1000"),
        ("0.000000000001", "0.000000000001"),
        ("0.1000000000000000000", "0.100000000000"),  # zeros beyond the twelfth place say nothing
        ("999999999999999999", "999999999999999999"),
        ("0e99", "0"),
        ("0.00000000000000", "0"),
    ],
)
def test_an_amount_is_the_number_that_was_written(given: object, read: str) -> None:
    amount = read_billing({"id": "1", "amount": given}).amount
    assert f"{amount:f}" == read


@pytest.mark.parametrize(
    "amount", ["0.1000000000001", "1.0000000000005", "0.0000000000001", "1e18", "1e-13", "1,5", "NaN", True]
)
def test_an_amount_with_more_digits_than_are_kept_is_refused_and_never_rounded(amount: object) -> None:
    with pytest.raises(BillingError, match=f"'{amount}' is no amount; a decimal number as text") as refused:
        read_billing({"id": "1", "amount": amount})
    assert refused.value.reason == "bad amount"


@pytest.mark.parametrize(
    ("given", "occurred_ns"),
    [
        (None, 0),
        ("", 0),
        ("2000-01-01T00:00:00Z", 946_684_800 * S),
        ("2026-01-31T10:00:00.000000001+01:00", 1_769_850_000 * S + 1),
        ("2099-12-31T23:59:59.999999999Z", 4_102_444_800 * S - 1),
    ],
)
def test_a_moment_from_2000_to_2099_is_read_to_the_nanosecond(given: str | None, occurred_ns: int) -> None:
    assert read_billing({"id": "1", "amount": 1, "occurred_at": given}).occurred_ns == occurred_ns


@pytest.mark.parametrize(
    "moment", ["1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z", "2026-01-31", "soon", 1_769_850_000]
)
def test_any_other_moment_is_refused(moment: object) -> None:
    told = f"'{moment}' is no time; RFC 3339 from 2000 on, as 2026-01-31T10:00:00Z"
    with pytest.raises(BillingError, match=re.escape(told)) as refused:
        read_billing({"id": "1", "amount": 1, "occurred_at": moment})
    assert refused.value.reason == "bad occurred_at"


@pytest.mark.parametrize(("record_ns", "occurred_ns"), [(1, 0), (946_684_800 * S, 946_684_800 * S)])
def test_the_time_of_a_log_record_counts_when_it_can_be_one(record_ns: int, occurred_ns: int) -> None:
    carried = {
        "fanlight.billing.id": "1",
        "fanlight.billing.amount": "2.50",
        "fanlight.event.verified": "false",
    }
    event = from_attributes(carried, run="r", occurred_ns=record_ns)
    assert (event.occurred_ns, event.run, event.amount, event.verified) == (
        occurred_ns, "r", Decimal("2.50"), False
    )  # fmt: skip
