"""Billing events: money that is due, given back, paid out or kept for an agent's work.

The same event comes in three forms: fields of JSON (API, an agent's stdout), arguments of `fanlight.bill`,
and attributes of an OTLP log record. All three are read here, by the same rules, so that what one way refuses
no other lets in. Amounts are decimals, never floats.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from fanlight.errors import InvalidError
from fanlight.model.currency import CODES
from fanlight.model.instant import read_instant

EVENT = "fanlight.billing"
"""Name of the OTLP log records that carry billing events, and the prefix of their attributes."""

KINDS = ("charge", "refund", "payout", "adjustment", "fee")
FIELDS = frozenset(
    {"id", "kind", "amount", "currency", "customer", "run", "agent", "description", "occurred_at"}
)
RUN, AGENT, VERIFIED = "fanlight.run.id", "fanlight.agent", "fanlight.event.verified"
TEXTS: Mapping[str, int] = {"customer": 256, "run": 256, "agent": 256, "description": 1_024}
"""Most characters of what an event may say besides."""

MAX_ID_LENGTH = 256
PLACES = 12
WHOLE_DIGITS = 18
EXACT = Context(prec=80)
"""Adds amounts without rounding: a sum of all that a store can hold has fewer digits."""

_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,2})?", re.ASCII)
_EARLIEST_NS, LATEST_NS = 946_684_800 * 10**9, 4_102_444_800 * 10**9  # the years 2000 to 2099


class BillingError(InvalidError):
    """What is no billing event. `reason` is one of a few words, to be counted by."""

    def __init__(self, reason: str, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingEvent:
    """One event. `amount` counts in the direction of its kind; only an adjustment may be negative.

    `occurred_ns` 0 = when it was received. `verified` False = text of an agent that anybody could have
    printed: kept, and in no sum. Texts that were not given are empty.
    """

    id: str
    kind: str
    amount: Decimal
    currency: str
    customer: str = ""
    run: str = ""
    agent: str = ""
    description: str = ""
    occurred_ns: int = 0
    verified: bool = True

    @property
    def substance(self) -> tuple[str, Decimal, str, str, str]:
        """What has to be equal in two events of one id; one that differs in it is a conflict.

        Example:
            >>> one = read_billing({"id": "1", "amount": "0.10"})
            >>> one.substance == read_billing({"id": "1", "amount": "0.1"}).substance
            True
        """
        return self.kind, self.amount, self.currency, self.customer, self.run


def read_billing(given: Mapping[str, Any], *, verified: bool = True) -> BillingEvent:
    """The event that `given` describes: `id` and `amount`, and what else of FIELDS there is.

    `kind` is charge and `currency` USD unless it says otherwise; `occurred_at` is RFC 3339. A `type`, as
    events of stdout have one, is passed over.

    Raises:
        BillingError: something is missing, wrong or unknown.

    Example:
        >>> event = read_billing({"id": "order-7", "amount": "0.05", "currency": "EUR", "customer": "c1"})
        >>> event.kind, event.amount, event.currency
        ('charge', Decimal('0.05'), 'EUR')
        >>> read_billing({"id": "order-8", "kind": "refund", "amount": "-1"})
        Traceback (most recent call last):
        fanlight.model.billing.BillingError: the amount -1 is negative; a refund gives money back by its kind
    """
    if unknown := sorted(str(name) for name in given if name not in FIELDS and name != "type"):
        raise BillingError("unknown field", f"{unknown[0][:40]!r} is no field of a billing event",
                           hint=f"one of {', '.join(sorted(FIELDS))}")  # fmt: skip
    kind = _one_of(given.get("kind", "charge"))
    return BillingEvent(
        id=_id(given.get("id")),
        kind=kind,
        amount=_amount(given.get("amount"), kind),
        currency=_currency(given.get("currency", "USD")),
        occurred_ns=_moment(given.get("occurred_at")),
        verified=verified,
        **{name: _text(name, given.get(name), most) for name, most in TEXTS.items()},
    )


def attributes_of(event: BillingEvent) -> dict[str, str | bool]:
    """The attributes of the log record that carries `event`; its time is the record's own."""
    texts = {
        f"{EVENT}.id": event.id,
        f"{EVENT}.kind": event.kind,
        f"{EVENT}.amount": f"{event.amount:f}",
        f"{EVENT}.currency": event.currency,
        f"{EVENT}.customer": event.customer,
        f"{EVENT}.description": event.description,
        RUN: event.run,
        AGENT: event.agent,
    }
    found: dict[str, str | bool] = {key: text for key, text in texts.items() if text}
    return found if event.verified else {**found, VERIFIED: False}


def from_attributes(attributes: Mapping[str, str], *, run: str, occurred_ns: int) -> BillingEvent:
    """The event that a log record carries; `run` is that of its trace, used where it names none itself.

    Raises BillingError.

    Example:
        >>> event = read_billing({"id": "1", "amount": "2.50", "run": "r", "agent": "a"}, verified=False)
        >>> texts = {key: str(value).lower() for key, value in attributes_of(event).items()}
        >>> texts["fanlight.billing.currency"] = "USD"
        >>> from_attributes(texts, run="another", occurred_ns=0) == event
        True
    """
    names = ("id", "kind", "amount", "currency", "customer", "description")
    given = {name: text for name in names if (text := attributes.get(f"{EVENT}.{name}"))}
    read = read_billing(
        {**given, "run": attributes.get(RUN) or run, "agent": attributes.get(AGENT, "")},
        verified=attributes.get(VERIFIED, "true") != "false",
    )
    known = _EARLIEST_NS <= occurred_ns < LATEST_NS
    return BillingEvent(**{**_fields(read), "occurred_ns": occurred_ns if known else 0})


def _fields(event: BillingEvent) -> dict[str, Any]:
    return {name: getattr(event, name) for name in BillingEvent.__slots__}


def _id(value: object) -> str:
    if value is None or value == "":
        raise BillingError("no id", "there is no id", hint="an id makes an event count once")
    if type(value) is not str or len(value) > MAX_ID_LENGTH:
        raise BillingError("bad id", f"an id is text of 1 to {MAX_ID_LENGTH} characters")
    return value


def _one_of(value: object) -> str:
    if type(value) is not str or value not in KINDS:
        hint = f"one of {', '.join(KINDS)}"
        raise BillingError("unknown kind", f"{str(value)[:40]!r} is no kind", hint=hint)
    return value


def _amount(value: object, kind: str) -> Decimal:
    if value is None or value == "":
        raise BillingError("no amount", "there is no amount", hint='a decimal number as text, as "0.05"')
    number = _decimal(value)
    if number is None:
        raise BillingError(
            "bad amount", f"{str(value)[:40]!r} is no amount", hint='a decimal number as text, as "0.05"'
        )
    if number < 0 and kind != "adjustment":
        hint = f"a {kind} gives money back by its kind" if kind == "refund" else "only an adjustment may be"
        raise BillingError(f"negative {kind}", f"the amount {number:f} is negative", hint=hint)
    return number


def _decimal(value: object) -> Decimal | None:
    """A number of at most so many digits before and behind its point; None for anything else."""
    if type(value) not in (str, int, float, Decimal) or not _NUMBER.fullmatch(str(value)):
        return None
    number = Decimal(str(value))
    if number.adjusted() >= WHOLE_DIGITS or number.adjusted() < -PLACES:
        return None if number else Decimal(0)
    # Zeros behind the last place say nothing; those before it are as they were written.
    text = f"{number:f}"
    beyond = text.partition(".")[2][PLACES:]
    if beyond.strip("0"):
        return None
    return Decimal(text[: len(text) - len(beyond)]) if number else Decimal(0)


def _currency(value: object) -> str:
    if type(value) is not str or value not in CODES:
        raise BillingError(
            "unknown currency", f"{str(value)[:40]!r} is no currency", hint="a code of ISO 4217, as USD"
        )
    return value


def _moment(value: object) -> int:
    if value is None or value == "":
        return 0
    at = read_instant(value) if type(value) is str else None
    if at is None or not _EARLIEST_NS <= at < LATEST_NS:
        raise BillingError(
            "bad occurred_at",
            f"{str(value)[:40]!r} is no time",
            hint="RFC 3339 from 2000 on, as 2026-01-31T10:00:00Z",
        )
    return at


def _text(name: str, value: object, most: int) -> str:
    if value is None:
        return ""
    if type(value) is not str or len(value) > most:
        raise BillingError(f"bad {name}", f"{name} is text of at most {most} characters")
    return value
