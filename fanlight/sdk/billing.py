"""Billing events: what an agent's work is charged for, as OTLP log records."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from fanlight.sdk.faults import count, harmless
from fanlight.sdk.providers import active
from fanlight.sdk.snapshot import attribute_of, text_of

EVENT = "fanlight.billing"
CURRENCY = re.compile(r"[A-Z]{3}")
KIND = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
MAX_ID_LENGTH = 256
MAX_AMOUNT = Decimal(10) ** 18
PLACES = 12

_log = logging.getLogger("fanlight")


@harmless("bill", otherwise=False)
def bill(
    amount: str | int | Decimal,
    currency: str = "USD",
    kind: str = "charge",
    id: str | None = None,  # noqa: A002 - the event's own word
    *,
    customer: str | None = None,
    description: str | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> bool:
    """Record that money is due for what goes on; tied to the current run.

    `amount` is a decimal number, best as text, with up to 12 places; `kind="refund"` gives money back, so it
    is never negative. `currency` is ISO 4217. `id` makes the event idempotent: send the same again and it
    counts once; without it one is made. False when something of it cannot be: that is said in the log, and
    never raised.

    Example:
        >>> bill(amount="0.05", currency="USD", kind="charge", id="order-7")
        True
        >>> bill(amount="a lot", currency="USD")
        False
    """
    if problem := _problem(amount, currency, kind, id):
        count("bill refused")
        _log.warning("fanlight.bill: %s; the event is left out", problem)
        return False
    _emit(
        {
            "fanlight.billing.id": id or secrets.token_hex(16),
            "fanlight.billing.amount": f"{Decimal(str(amount)):f}",
            "fanlight.billing.currency": currency,
            "fanlight.billing.kind": kind,
            "fanlight.billing.customer": customer,
            "fanlight.billing.description": description,
            **(attributes or {}),
        }
    )
    return True


def _problem(amount: object, currency: object, kind: object, identity: object) -> str:
    if type(amount) not in (str, int, float, Decimal) or (number := _decimal(amount)) is None:
        return f"{text_of(amount)[:40]} is no decimal number"
    if not 0 <= number < MAX_AMOUNT or int(number.as_tuple().exponent) < -PLACES:
        return f"{amount} is not from 0 up with at most {PLACES} places; a refund has kind='refund'"
    if type(currency) is not str or not CURRENCY.fullmatch(currency):
        return f"{text_of(currency)[:40]!r} is no currency of ISO 4217, such as USD"
    if type(kind) is not str or not KIND.fullmatch(kind):
        return f"{text_of(kind)[:40]!r} is no kind, such as charge or refund"
    if identity is not None and (type(identity) is not str or not 0 < len(identity) <= MAX_ID_LENGTH):
        return f"an id is text of 1 to {MAX_ID_LENGTH} characters"
    return ""


def _decimal(amount: object) -> Decimal | None:
    try:
        number = Decimal(str(amount))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _emit(attributes: Mapping[str, Any]) -> None:
    from opentelemetry import _logs
    from opentelemetry._logs import LogRecord, SeverityNumber

    providers = active()
    provider = providers.logs if providers else _logs.get_logger_provider()
    record = LogRecord(
        severity_number=SeverityNumber.INFO,
        event_name=EVENT,
        attributes={name: attribute_of(value) for name, value in attributes.items() if value is not None},
    )
    provider.get_logger("fanlight").emit(record)
