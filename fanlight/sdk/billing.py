"""Billing events: what an agent's work is charged for, as OTLP log records."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fanlight.model.billing import EVENT, BillingError, BillingEvent, attributes_of, read_billing
from fanlight.sdk import guarding
from fanlight.sdk.faults import count, harmless
from fanlight.sdk.providers import active
from fanlight.sdk.snapshot import attribute_of

if TYPE_CHECKING:
    from opentelemetry._logs import LogRecord
    from opentelemetry.context import Context

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
    agent: str | None = None,
    run: str | None = None,
    occurred_at: str | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> bool:
    """Record that money is due for what goes on; tied to the current run.

    `amount` is a decimal number, best as text, with up to 12 places; `kind` is charge, refund, payout,
    adjustment or fee, and of these only an adjustment may be negative. `currency` is ISO 4217. `id` makes the
    event idempotent: send the same again and it counts once; without it one is made. `run` and `occurred_at`
    (RFC 3339) are for what belongs to an earlier run. False when something of it cannot be: that is said in
    the log, and never raised.

    Example:
        >>> bill(amount="0.05", currency="USD", kind="charge", id="order-7")
        True
        >>> bill(amount="a lot", currency="USD")
        False
    """
    given = {
        "id": secrets.token_hex(16) if id is None else id,
        "amount": amount,
        "currency": currency,
        "kind": kind,
        "customer": customer,
        "description": description,
        "agent": agent,
        "run": _own_run() if run is None else run,
        "occurred_at": occurred_at,
    }
    try:
        event = read_billing(given)
    except BillingError as error:
        count("bill refused")
        _log.warning("fanlight.bill: %s; the event is left out", error)
        return False
    _emit(billing_record(event, more=attributes))
    return True


def billing_record(
    event: BillingEvent, *, context: Context | None = None, more: Mapping[str, Any] | None = None
) -> LogRecord:
    """The log record of an event, tied to the span of `context` (None = the current one).

    A runner emits it by its own logger; `read_billing(read_stdout(value), verified=...)` reads the event.
    """
    from opentelemetry._logs import LogRecord, SeverityNumber

    found = {**(more or {}), **attributes_of(event)}
    return LogRecord(
        timestamp=event.occurred_ns or time.time_ns(),
        context=context,
        severity_number=SeverityNumber.INFO,
        event_name=EVENT,
        attributes={name: attribute_of(value) for name, value in found.items() if value is not None},
    )


def _own_run() -> str | None:
    """The id of the innermost run that has one of its own; None where it is that of the trace."""
    from opentelemetry import context

    found = context.get_value(guarding.RUN_ID)
    return found if isinstance(found, str) else None


def _emit(record: LogRecord) -> None:
    from opentelemetry import _logs

    providers = active()
    provider = providers.logs if providers else _logs.get_logger_provider()
    provider.get_logger("fanlight").emit(record)
