"""Usage and billing events of a run: what its agent wrote, as what the server counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fanlight.model.billing import BillingEvent, read_billing
from fanlight.model.usage_event import UsageEvent, read_usage_event
from fanlight.runner.capture.items import Event
from fanlight.sdk.usage_event import read_stdout

USAGE, BILLING = "usage", "billing"


def money_of(event: Event, run_id: str) -> UsageEvent | BillingEvent | None:
    """What `event` says of money; None when it is about something else.

    It counts for its own run, whatever run it names. Usage without an id is told once: its place is its id.

    Raises:
        InvalidError: something of it is missing, wrong or unknown.

    Example:
        >>> value = {"type": "usage", "model": "m", "tokens_input": 7}
        >>> found = money_of(Event(seq=3, type="usage", text="", value=value, verified=False), "ab" * 16)
        >>> found.id, found.tokens, found.verified
        ('event-3', {'tokens_input': 7}, False)
    """
    if event.type not in (USAGE, BILLING):
        return None
    given: Mapping[str, Any] = {**read_stdout(event.value), "run": run_id}
    if event.type == USAGE:
        return read_usage_event({"id": f"event-{event.seq}", **given}, verified=event.verified)
    return read_billing(given, verified=event.verified)
