"""What using an agent costs its customers, as its charm.yaml says."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

import msgspec

from fanlight.model.billing import BillingError, read_billing

PricingModel = Literal["free", "subscription", "one_time"]
MODELS: tuple[PricingModel, ...] = ("free", "subscription", "one_time")
PERIODS = ("monthly", "annual")


class AgentPricing(msgspec.Struct, frozen=True, kw_only=True):
    """A price tag: `amount` as a decimal text, for each `billing_period` of a subscription.

    It is what the agent's author wrote; what was really charged is in its billing events. `trial_days` is
    None without a trial.
    """

    model: PricingModel
    amount: str | None
    currency: str
    billing_period: str | None
    trial_days: int | None


def read_pricing(written: Mapping[str, Any]) -> AgentPricing | None:
    """The price tag out of the `pricing` of a charm.yaml; None when it has none that can be read.

    Example:
        >>> tag = read_pricing({"model": "subscription", "amount": 9.9, "billing_period": "monthly",
        ...     "trial": {"enabled": True, "days": 14}})
        >>> tag.model, tag.amount, tag.currency, tag.billing_period, tag.trial_days
        ('subscription', '9.9', 'USD', 'monthly', 14)
        >>> read_pricing({"model": "barter"})
    """
    model = next((each for each in MODELS if each == written.get("model", "free")), None)
    if not written or model is None:
        return None
    period, trial = written.get("billing_period"), written.get("trial")
    days = trial.get("days") if isinstance(trial, Mapping) and trial.get("enabled") is True else None
    amount = _amount(written.get("amount"))
    return AgentPricing(
        model=model,
        amount=None if amount is None else f"{amount:f}",
        currency="USD",
        billing_period=period if period in PERIODS else None,
        trial_days=days if type(days) is int and days > 0 else None,
    )


def _amount(value: object) -> Decimal | None:
    try:
        return read_billing({"id": "price", "amount": value}).amount
    except BillingError:
        return None
