"""Usage events: what one call of a model took, told by an agent that traces nothing.

It becomes a span of kind llm, whose id follows from the run and the event: told twice, it is one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fanlight.errors import InvalidError
from fanlight.model.billing import AGENT, LATEST_NS, VERIFIED, BillingError, read_billing
from fanlight.model.instant import read_instant

ID = "fanlight.usage.id"
TOKENS: Mapping[str, str] = {
    "tokens_input": "gen_ai.usage.input_tokens",
    "tokens_output": "gen_ai.usage.output_tokens",
    "tokens_cache_read": "gen_ai.usage.cache_read.input_tokens",
    "tokens_cache_write": "gen_ai.usage.cache_write.input_tokens",
    "tokens_reasoning": "gen_ai.usage.reasoning.output_tokens",
}
"""Counts of an event, and the attributes that they become; input includes both caches, output reasoning."""

FIELDS = frozenset({"id", "model", "provider", "cost", "currency", "run", "agent", "occurred_at", *TOKENS})
MAX_ID_LENGTH = 256
MAX_NAME_LENGTH = 256
MOST_TOKENS = 10**12
_TRACE_ID = re.compile(r"(?!0{32})[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageEvent:
    """One call. `cost` None = by the price of its model; a run is named by its trace, '' = one of its own.

    `occurred_ns` 0 = now. `verified` False = text of an agent that anybody could have printed.
    """

    id: str
    model: str = ""
    provider: str = ""
    tokens: Mapping[str, int]
    cost: Decimal | None = None
    currency: str = "USD"
    run: str = ""
    agent: str = ""
    occurred_ns: int = 0
    verified: bool = True

    @property
    def trace_id(self) -> str:
        """The trace of its span, in hex."""
        return self.run or _hash("fanlight.usage.trace", self.id)[:32]

    @property
    def span_id(self) -> str:
        """The id of its span, in hex: the same whenever the same event of the same run is told.

        Example:
            >>> one = read_usage_event({"id": "call-1", "tokens_input": 7})
            >>> one.span_id == read_usage_event({"id": "call-1", "tokens_input": 7}).span_id
            True
        """
        return _hash("fanlight.usage.span", self.trace_id, self.id)[:16]

    @property
    def name(self) -> str:
        """The name of its span."""
        return f"chat {self.model}".rstrip()

    @property
    def attributes(self) -> dict[str, str | int | bool]:
        """The attributes of its span. A cost is text: a float would not hold it."""
        texts = {
            "fanlight.kind": "llm",
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": self.provider,
            "gen_ai.request.model": self.model,
            "gen_ai.usage.cost": "" if self.cost is None else f"{self.cost:f}",
            "fanlight.cost.currency": "" if self.cost is None or self.currency == "USD" else self.currency,
            AGENT: self.agent,
            ID: self.id,
        }
        found: dict[str, str | int | bool] = {key: text for key, text in texts.items() if text}
        found |= {TOKENS[name]: count for name, count in self.tokens.items()}
        return found if self.verified else {**found, VERIFIED: False}


def read_usage_event(given: Mapping[str, Any], *, verified: bool = True) -> UsageEvent:
    """The event that `given` describes: `id`, and at least one count of tokens or a cost.

    A `type`, as events of stdout have one, is passed over.

    Raises:
        InvalidError: something is missing, wrong or unknown.

    Example:
        >>> event = read_usage_event({"id": "1", "model": "gpt-4o", "tokens_input": 10, "cost": "0.01"})
        >>> event.tokens, event.cost
        ({'tokens_input': 10}, Decimal('0.01'))
        >>> read_usage_event({"id": "1", "tokens_output": -1})
        Traceback (most recent call last):
        fanlight.errors.InvalidError: tokens_output: -1 is no count; a whole number from 0 up
    """
    if unknown := sorted(str(name) for name in given if name not in FIELDS and name != "type"):
        raise InvalidError(
            f"{unknown[0][:40]!r} is no field of a usage event", hint=f"one of {', '.join(sorted(FIELDS))}"
        )
    tokens = {name: _count(name, given[name]) for name in TOKENS if given.get(name) is not None}
    cost, currency = _cost(given)
    if not tokens and cost is None:
        raise InvalidError("there is neither a count of tokens nor a cost", hint='as "tokens_input": 1200')
    return UsageEvent(
        id=_id(given.get("id")),
        model=_name(given, "model"),
        provider=_name(given, "provider"),
        tokens=tokens,
        cost=cost,
        currency=currency,
        run=_run(given.get("run")),
        agent=_name(given, "agent"),
        occurred_ns=_moment(given.get("occurred_at")),
        verified=verified,
    )


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _id(value: object) -> str:
    if type(value) is not str or not 0 < len(value) <= MAX_ID_LENGTH:
        raise InvalidError(
            f"an id is text of 1 to {MAX_ID_LENGTH} characters", hint="it makes an event count once"
        )
    return value


def _count(name: str, value: object) -> int:
    if type(value) is not int or not 0 <= value <= MOST_TOKENS:
        raise InvalidError(f"{name}: {str(value)[:40]} is no count", hint="a whole number from 0 up")
    return value


def _name(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if type(value) is not str or len(value) > MAX_NAME_LENGTH:
        raise InvalidError(f"{name} is text of at most {MAX_NAME_LENGTH} characters")
    return value


def _cost(given: Mapping[str, Any]) -> tuple[Decimal | None, str]:
    cost, currency = given.get("cost"), given.get("currency")
    try:
        # The rules of amounts are those of billing.
        read = read_billing(
            {
                "id": "cost",
                "amount": 0 if cost is None else cost,
                "currency": "USD" if currency is None else currency,
            }
        )
    except BillingError as error:
        raise InvalidError(f"cost: {error.message}", hint=error.hint) from None
    return None if cost is None else read.amount, read.currency


def _run(value: object) -> str:
    if value is None or value == "":
        return ""
    if type(value) is not str or not _TRACE_ID.fullmatch(value):
        raise InvalidError(
            f"run: {str(value)[:40]!r} is no id of a trace", hint="32 hex digits, as in FANLIGHT_RUN_ID"
        )
    return value


def _moment(value: object) -> int:
    if value is None or value == "":
        return 0
    at = read_instant(value) if type(value) is str else None
    if at is None or not 0 <= at < LATEST_NS:
        raise InvalidError(
            f"occurred_at: {str(value)[:40]!r} is no time", hint="RFC 3339, as 2026-01-31T10:00:00Z"
        )
    return at
