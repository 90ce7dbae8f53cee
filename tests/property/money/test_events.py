"""Billing and usage events of whatever anybody writes: read exactly, or refused in words."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fanlight.api.spreadsheet import Number, csv_text
from fanlight.errors import InvalidError
from fanlight.model.billing import BillingError, attributes_of, from_attributes, read_billing
from fanlight.model.currency import CODES
from fanlight.model.usage_event import TOKENS, read_usage_event
from fanlight.sdk.usage_event import read_stdout

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
amounts = st.decimals(0, Decimal(10) ** 18 - 1, places=12).map(lambda number: f"{number:f}")
billing = st.fixed_dictionaries(
    {"id": texts.filter(bool), "amount": amounts},
    optional={
        "kind": st.sampled_from(["charge", "refund", "payout", "adjustment", "fee"]),
        "currency": st.sampled_from(sorted(CODES)),
        **dict.fromkeys(("customer", "run", "agent", "description"), texts),
    },
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
names = st.sampled_from(
    ["id", "amount", "kind", "currency", "customer", "occurred_at", "type", "content", "cost", "run", *TOKENS]
)  # fmt: skip


def outcome(read: Callable[[dict[str, Any]], Any], given_: dict[str, Any]) -> tuple[Any, InvalidError | None]:
    """The event, or the refusal: nothing else may come of what anybody writes."""
    try:
        return read(given_), None
    except InvalidError as refusal:
        return None, refusal


@given(billing, st.booleans())
def test_an_event_is_the_same_behind_its_log_record(event: dict[str, Any], verified: bool) -> None:
    read = read_billing(event, verified=verified)
    assert read.amount == Decimal(event["amount"])
    carried = {
        key: str(value).lower() if value is False else str(value)
        for key, value in attributes_of(read).items()
    }
    assert from_attributes(carried, run="", occurred_ns=0) == read


@given(billing.map(lambda event: {**event, "type": "billing"}))
def test_an_event_of_stdout_is_the_same_inside_of_its_content(event: dict[str, Any]) -> None:
    kind, rest = {"type": event["type"]}, {key: value for key, value in event.items() if key != "type"}
    told = json.loads(json.dumps({**kind, "content": rest}))
    assert read_billing(read_stdout(told)) == read_billing(event)


@given(st.dictionaries(names | texts, anything, max_size=6))
def test_whatever_is_no_event_is_refused_in_words(given_: dict[str, Any]) -> None:
    for read in (read_billing, read_usage_event):
        event, refusal = outcome(read, given_)
        assert event.id == given_["id"] if event is not None else refusal is not None and refusal.message


@given(st.text(max_size=60) | amounts | amounts.map(lambda text: f"-{text}"))
def test_an_amount_is_read_to_its_value_or_not_at_all(text: str) -> None:
    event, refusal = outcome(read_billing, {"id": "1", "kind": "adjustment", "amount": text})
    if event is None:
        assert isinstance(refusal, BillingError)
        assert refusal.reason in {"bad amount", "no amount"}
    else:
        assert event.amount == Decimal(text)
        assert -(10**18) < event.amount < 10**18


@given(
    st.lists(st.tuples(st.text(max_size=12), st.decimals(allow_nan=False, allow_infinity=False, places=3)))
)
def test_csv_holds_every_text_and_starts_no_formula(rows: list[tuple[str, Decimal]]) -> None:
    written = csv_text(["key", "amount"], [(key, Number(f"{amount:f}")) for key, amount in rows])
    back = list(csv.reader(io.StringIO(written, newline="")))[1:]
    assert [(key.removeprefix("'") if not own.startswith("'") else key, Decimal(amount))
            for (key, amount), (own, _) in zip(back, rows, strict=True)] == rows  # fmt: skip
    assert not any(key.lstrip().startswith(("=", "+", "-", "@")) for key, _ in back)
